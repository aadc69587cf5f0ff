/* What `verify` of one model and of a suite share. */
#ifndef CNNC_VERIFY_H
#define CNNC_VERIFY_H

#include "compiler/compare.h"
#include "compiler/data_set.h"
#include "compiler/program.h"

typedef struct verify_options {
    model_options model;
    toolchain toolchain;
    tolerance tolerance;
    const char *data;      /* --data, or NULL */
    const char *suite;     /* --suite, or NULL */
    struct array_arguments *inputs, *expected;
    uint64_t seed;
    int random_sets;       /* how many random inputs */
    bool layers;           /* look for the first layer that differs even when all is well */
    int jobs;              /* --suite: processes at once */
    int seconds;           /* --suite: limit for one case */
    int64_t memory;        /* --suite: bytes, 0: no limit */
    const char *only;      /* --suite: pattern of case names, or NULL */
    const char *expect;    /* --suite: file of names that must pass, or NULL */
    const char *save;      /* --suite: file to write the names that passed to, or NULL */
} verify_options;

/* Reads, optimises and plans; symbolic dimensions get the sizes of the first data set in `data` (NULL: none). */
bool verify_load(model *m, model_options *o, const char *data);

/* Runs the data set and compares. `report` (may be NULL) gets a line an output; *first the first that is wrong, else -1.
 * False when it could not be run or an output is wrong. */
bool verify_data_set(const program *p, const data_set *s, const tolerance *t, FILE *report, difference *worst);

/* All cases below o->suite; the exit code. */
int verify_suite(const verify_options *o);

/* Says which pass, or else which layer, first makes the outputs of `inputs` wrong. */
bool verify_find_layer(const verify_options *o, const tensor *inputs, FILE *report);

#endif
