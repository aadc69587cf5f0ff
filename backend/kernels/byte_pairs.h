/* Weights of which two products each of two fours of channels are added up in 16 bits. */
#ifndef CNNC_KERNELS_BYTE_PAIRS_H
#define CNNC_KERNELS_BYTE_PAIRS_H

#include "ir/ir.h"

/* What is taken from weights so that sums fit: of a four of channels of 16 outputs, 64 at most of each, so that two products with
 * any bytes fit 16 bits too. */
typedef struct byte_rest {
    int64_t four;       /* [IC/16][KH][KW][4] */
    int8_t taken[16][4]; /* [output][channel] */
} byte_rest;

typedef struct byte_pairs {
    const constant *weights; /* i8 OIHW: four that meet in 16 bits, times numbers from 0 to 127, fit there */
    byte_rest *rests;        /* by block of outputs, then by four */
    int32_t *begins;         /* [OC/16 + 1] among them */
    int64_t n_rests;
} byte_pairs;

/* Of i8 OIHW weights; fours 0 and 1 of a block of 16 channels meet, and 2 and 3, channels 0 and 1 of each, and 2 and 3. */
byte_pairs byte_pairs_make(arena *a, const constant *w);

#endif
