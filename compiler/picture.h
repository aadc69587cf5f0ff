/* Pictures as inputs of a network, and outputs as pictures: `cnnc run --image`. */
#ifndef CNNC_PICTURE_H
#define CNNC_PICTURE_H

#include <argp.h>

#include "compiler/arrays.h"

typedef struct picture_options {
    array_arguments files;
    int short_side;         /* of the picture before its middle is taken; 0: in proportion to 256 for 224 */
    bool whole;             /* the network takes crops by itself: by default no margin is cut off */
    int n_mean, n_std;      /* 0: the defaults */
    double mean[3], std[3]; /* of samples from 0 to 1 */
} picture_options;

/* --resize, --mean, --std; input: picture_options *. */
extern const struct argp picture_argp;

/* Fills the one input of `values` that takes pictures, [1,C,H,W] or [1,H,W,C] with C = 1 or 3, with all files of the
 * options, a sample each. */
bool pictures_read(const picture_options *o, value *const *values, int n, tensor *inputs, arena *a, diagnostics *d);

/* Writes [1,C,H,W] or [C,H,W] as PNG: values from 0 to 1 as black to white; if some are beyond,
 * from the least to the largest, and says so. */
bool picture_write(const char *path, const tensor *t, arena *a, diagnostics *d);

#endif
