/* What the convolutions of 8-bit integers on NCHW16c share. Their sums begin with what takes the zero point of the input back:
 * the halo holds that zero point, so that every tap counts in all positions. */
#ifndef CNNC_KERNELS_INT8_H
#define CNNC_KERNELS_INT8_H

#include "backend/kernels/c16.h"

/* A conv_integer of u8 and constant i8 on NCHW16c with an epilogue that has a vector form. */
bool int8_accepts(const node *n);
/* Operands: input, weights, what the sums begin with (i32, by channel, for each kind of target), the epilogue's, output. `words`:
 * products are not of bytes but of words, which take nothing from bytes on any target. */
void int8_add_operands(plan *p, step *s, const node *n, packed weights, bool words);
/* The products of bytes with these weights on a target: the vocabulary's function, and what it takes from each byte. */
typedef struct byte_product {
    const char *dot;
    int zero;
} byte_product;
byte_product int8_product(const target *t, const constant *weights);
/* The block of 16 channels from which on the sums of this target begin. */
int64_t int8_first_sums(const plan *p, const step *s, const target *machine);

/* The epilogue's last operator where it is saturation to bytes, which four positions at a time do better than one: then
 * v16_store_4u8 takes what is before it, four times, and these bounds. */
const expr *int8_saturation(const step *s);
void int8_put_bounds(text *out, const expr *saturation);

#endif
