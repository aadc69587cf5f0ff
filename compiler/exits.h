/* `cnnc bench --data`: accuracy, latency and share of each exit over a sweep of thresholds. */
#ifndef CNNC_EXITS_H
#define CNNC_EXITS_H

#include <argp.h>

#include "compiler/arrays.h"
#include "compiler/program.h"

enum { THRESHOLDS_MAX = 256 };

typedef struct exits_options {
    array_arguments data;
    const char *labels, *svg; /* files, or NULL */
    int n;                    /* thresholds; 0: the network's own */
    double thresholds[THRESHOLDS_MAX];
} exits_options;

/* --data, --labels, --thresholds, --svg; input: exits_options *. */
extern const struct argp exits_argp;

typedef struct exits_row {
    double threshold, accuracy, seconds; /* seconds: the mean of all samples */
    double *shares;                      /* of each exit */
} exits_row;

typedef struct exits_result {
    int n_exits, n_rows;
    int64_t samples;
    bool has_threshold, has_labels;
    exits_row *rows;
} exits_result;

/* Runs and times a program that is built. */
bool exits_measure(exits_result *r, const program *p, const exits_options *o, int runs, int core);
void exits_print(FILE *f, const exits_result *r);
/* Accuracy over mean latency, a point for each threshold. */
void exits_draw(FILE *f, const exits_result *r);

#endif
