/* What the convolutions of 8-bit integers on NCHW16c share. Their sums begin with what takes the zero point of the input back:
 * the halo holds that zero point, so that every tap counts in all positions. */
#ifndef CNNC_KERNELS_INT8_H
#define CNNC_KERNELS_INT8_H

#include "backend/kernels/c16.h"

/* A conv_integer of u8 and constant i8 on NCHW16c with an epilogue that has a vector form. */
bool int8_accepts(const node *n);

/* How bytes are multiplied with a node's weights on a target. Where it splits them, each byte less `zero` is a short number, from 0
 * to 127, and a rest, which few have: sums of two products of short ones fit 16 bits. */
typedef struct byte_product {
    const char *dot; /* the vocabulary's function */
    int zero;        /* what is taken from bytes */
    bool splits;     /* then `dot` takes short numbers */
    double prepare;  /* cycles for a position's four bytes, once for all outputs of a tile, */
    double cycles;   /* and of their products with the weights of 16 outputs */
} byte_product;
/* may_split: the kernel knows how. */
byte_product int8_product(const node *n, const target *t, bool may_split);

/* Operands: input, weights (of which `weights.source` may lack what the kernel multiplies with whole bytes), what the sums begin with
 * (i32, by channel, for each kind of product), the epilogue's, output. For each of the plan's targets there is a product, and
 * first_sums becomes the block of 16 channels from which on its sums begin; both NULL: not bytes are multiplied but words, which
 * take nothing from bytes on any target. */
void int8_add_operands(plan *p, step *s, const node *n, packed weights, const byte_product *products, int64_t *first_sums);

/* The epilogue's last operator where it is saturation to bytes, which four positions at a time do better than one: then
 * v16_store_4u8 takes what is before it, four times, and these bounds. */
const expr *int8_saturation(const step *s);
void int8_put_bounds(text *out, const expr *saturation);

#endif
