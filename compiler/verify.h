/* Emitted C held against what it should compute: what verify.c, layers.c and suite.c share. */
#ifndef CNNC_VERIFY_H
#define CNNC_VERIFY_H

#include "compiler/arrays.h"
#include "compiler/compare.h"
#include "compiler/data_set.h"
#include "compiler/program.h"

typedef struct suite_options {
    const char *folder; /* NULL: no suite */
    int jobs;           /* processes at once */
    int seconds;        /* of CPU time that each program of a case may take; then it has failed */
    int64_t memory;     /* bytes it may allocate; 0: no limit */
    const char *only;   /* pattern of case names, or NULL */
    const char *driver; /* object file that the cases share, or NULL */
    const char *save;   /* file for the names of those that did, or NULL */
} suite_options;

typedef struct verify_options {
    model_options model;
    toolchain toolchain; /* complete */
    tolerance tolerance;
    bool states_tolerance; /* --tolerance was given */
    const char *data; /* folder with test_data_set_K, or NULL */
    array_arguments inputs, expected;
    bool wide;   /* the evaluator holds float32 values in double precision between layers too */
    bool layers; /* compare every layer, not only when an output is wrong */
    const char *manifest; /* OUT.json, which gets the error of each layer, or NULL */
    suite_options suite;
} verify_options;

/* On these inputs (one sample), prints the first pass that changes what the network computes; where there is none, each
 * layer of the emitted C against the evaluator, up to the first that is wrong. True when there is such a pass or layer. */
bool verify_layers(model *m, const verify_options *o, const tensor *inputs);

/* For each of the n nodes of m's graph, in their order, how far the emitted C is from the evaluator, which computes in double
 * precision and rounds its result to the output's type, when both are given the inputs that the emitted C computed:
 * max |difference| / max |reference| of the first output. -1 where that is not known or no float. On one sample of
 * inputs, by a program that has every layer's result as an output. NULL after an error. */
double *layer_errors(model *m, const verify_options *o, const tensor *inputs, int *n);

/* All cases below o->suite.folder; the exit code. */
int verify_suite(const verify_options *o);

/* One case folder, silently: false after an error, the first of which is in m->diags. */
bool verify_case(model *m, const verify_options *o, const char *folder);

#endif
