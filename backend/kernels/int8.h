/* What the convolutions of 8-bit integers on NCHW16c share. Their sums begin with what takes the zero point of the input back:
 * the halo holds that zero point, so that every tap counts in all positions. */
#ifndef CNNC_KERNELS_INT8_H
#define CNNC_KERNELS_INT8_H

#include "backend/kernels/c16.h"

/* A conv_integer of u8 and constant i8 on NCHW16c with an epilogue that has a vector form. */
bool int8_accepts(const node *n);
/* How bytes are multiplied with a step's weights on each of the plan's targets. */
typedef struct byte_products {
    const char *dot[TARGET_MAX];    /* the vocabulary's function */
    int64_t first_sums[TARGET_MAX]; /* the block of 16 channels from which on the sums of the target begin */
} byte_products;

/* Operands: input, weights, what the sums begin with (i32, by channel, for each kind of target), the epilogue's, output. Sets
 * *products; NULL: not bytes are multiplied but words, which take nothing from bytes on any target. */
void int8_add_operands(plan *p, step *s, const node *n, packed weights, byte_products *products);

/* Cycles that bytes take on a target before they are multiplied with the node's weights, once for all outputs. */
double int8_prepare_cycles(const node *n, const target *t);

/* The epilogue's last operator where it is saturation to bytes, which four positions at a time do better than one: then
 * v16_store_4u8 takes what is before it, four times, and these bounds. */
const expr *int8_saturation(const step *s);
void int8_put_bounds(text *out, const expr *saturation);

#endif
