/* What the convolutions of 8-bit integers on NCHW16c share. Their sums begin with what takes the zero point of the input back:
 * the halo holds that zero point, so that every tap counts in all positions. */
#ifndef CNNC_KERNELS_INT8_H
#define CNNC_KERNELS_INT8_H

#include "backend/kernels/c16.h"

/* A conv_integer of u8 and constant i8 on NCHW16c with an epilogue that has a vector form. */
bool int8_accepts(const node *n);
/* How bytes are multiplied with a step's weights on each of the plan's targets. Where it splits them, each byte less `zero` is a
 * short number, from 0 to 127, and a rest, which few have: sums of two products of short ones fit 16 bits. */
typedef struct byte_products {
    bool may_split;                 /* given: the kernel knows how */
    bool splits[TARGET_MAX];        /* then `dot` takes short numbers */
    const char *dot[TARGET_MAX];    /* the vocabulary's function */
    int zero[TARGET_MAX];           /* what is taken from bytes */
    int64_t first_sums[TARGET_MAX]; /* the block of 16 channels from which on the sums of the target begin */
} byte_products;

/* Operands: input, weights (of which `weights.source` may lack what the kernel multiplies with whole bytes), what the sums begin with (i32, by
 * channel, for each kind of target), the epilogue's, output. Sets *products; NULL: not bytes are multiplied but words, which take nothing from bytes
 * on any target. */
void int8_add_operands(plan *p, step *s, const node *n, packed weights, byte_products *products);

/* Cycles on a target for the node's weights: for a position's four bytes, once for all outputs of a tile, and of their products with
 * those of 16 outputs. */
typedef struct byte_cycles {
    double prepare, products;
} byte_cycles;
bool int8_splits(const node *n, const target *t, bool may_split);
byte_cycles int8_cycles(const node *n, const target *t, bool may_split);

/* The epilogue's last operator where it is saturation to bytes, which four positions at a time do better than one: then
 * v16_store_4u8 takes what is before it, four times, and these bounds. */
const expr *int8_saturation(const step *s);
void int8_put_bounds(text *out, const expr *saturation);

#endif
