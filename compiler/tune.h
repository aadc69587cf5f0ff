/* Between the files of `cnnc tune`: trials of one kernel alone, confirmation in the whole network. */
#ifndef CNNC_TUNE_H
#define CNNC_TUNE_H

#include "compiler/model.h"
#include "compiler/program.h"

/* A kernel to tune: all steps of one signature. */
typedef struct subject {
    const step *step; /* the first of them */
    const char *signature;
    int uses;
    const candidate **tried; /* the candidates that are measured, by estimate */
    int n_tried;
} subject;

typedef struct tuner {
    model *model;
    const model_options *options;
    program_options build; /* of programs that are measured */
    const char *compiler, *file; /* file: where findings go */
    FILE *out;
    tuning known; /* what the file said and what has been found since */
    int core;
    double deadline; /* of tune_now */
} tuner;

double tune_now(void); /* seconds, from some point in time */
/* Adds it to what is known and to the file. */
bool tune_record(tuner *t, const finding *f);

/* The least of `runs` measurements in a column of rows: others use the machine too. */
double tune_least(const double *rows, int runs, int columns, int column);

/* Measures those candidates of a subject that have no time yet, and records the best of all. */
bool tune_trial(tuner *t, const subject *s);
/* Microseconds of a candidate alone, under conditions like the network's; 0: not measured. */
double tune_alone(const tuner *t, const subject *s, const candidate *c);

/* Compares, within the whole network, those candidates of each subject that were close, and records which one to use.
 * Where anything was compared, *untuned and *tuned are the network's microseconds, else 0. */
bool tune_confirm(tuner *t, const subject *subjects, int n, double *untuned, double *tuned);

#endif
