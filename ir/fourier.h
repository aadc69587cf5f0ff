/* What a DFT node says, in plain numbers. */
#ifndef CNNC_FOURIER_H
#define CNNC_FOURIER_H

#include "ir/ir.h"

/* x [outer][in][inner][parts] becomes y [outer][out][inner][out_parts], by transforms of `points` along the second axis. What x
 * lacks is zero; what it has too much is left out. parts is 1 (real) or 2 (real, imaginary). */
typedef struct dft_node {
    int64_t outer, in, inner, parts, points, out, out_parts;
    bool inverse;
    bool half; /* of a symmetric spectrum only points / 2 + 1 are given: the others are their conjugates */
} dft_node;

/* All types of n are bounded; sizes are the largest. */
dft_node dft_of(const node *n);
int dft_axis(const node *n);
dim dft_points(const node *n);    /* unknown where that is */
bool dft_is_fixed(const node *n); /* a transform of the same size always, of how many lines there are */

/* cos and sin of k/n of a full turn, correctly rounded or nearly so; the same up to signs wherever symmetry says so. */
void root_of_unity(int64_t k, int64_t n, double *cosine, double *sine);

#endif
