/* What a classifier says of its input, in words. */
#ifndef CNNC_CLASSES_H
#define CNNC_CLASSES_H

#include "ir/ir.h"

/* The first output that has a score for each class, [1,N], [1,N,1,1] or [N] of floats; -1: none. */
int classes_output(const region *body);
/* Whether its scores are probabilities already: a softmax or sigmoid made them. For graphs that no pass has seen yet. */
bool classes_are_probabilities(const value *v);

/* One label a line, exactly `n`; NULL after an error. */
const char *const *labels_read(const char *path, int64_t n, arena *a, diagnostics *d);

/* An .npy file of integers, the class of each of `samples` samples. */
bool classes_read(const char *path, int64_t samples, tensor *to, arena *a, diagnostics *d);
/* The class with the largest score. */
int64_t classes_best(const tensor *scores, int64_t sample);

/* The `top` classes of sample `sample`, a line each. labels: NULL, then numbers from 0. */
void classes_print(FILE *f, const tensor *scores, int64_t sample, bool probabilities, int top, const char *const *labels, arena *a);

#endif
