/* What depthwise convolutions on NCHW16c share: packing, the choice of the columns of a row that are in registers, and the
 * text of a row, depthwise_row.c.in. */
#ifndef CNNC_KERNELS_DEPTHWISE_H
#define CNNC_KERNELS_DEPTHWISE_H

#include "backend/emit/template.h"
#include "backend/plan/plan.h"

/* One filter a channel, from NCHW16c to NCHW16c, constant; its epilogue, if any, has a vector form. */
bool depthwise_is(const node *n);

/* [C/16][KH][KW][16] */
packed depthwise_weights(const node *n);

/* Of a row of `width` positions, so many at a time; *cycles of the row of one block, everything in L1. */
int64_t depthwise_cols(int64_t width, double taps, const target *t, double *cycles);

/* The row that is computed: b, y, w (the block's weights), bias, and row or line0, line1… are in scope of its text. */
typedef struct depthwise_row {
    const plan *plan;
    const step *step; /* out[0] and the node's epilogue are those of the convolution */
    const window *window;
    dtype elem;     /* that is read */
    int64_t cols;   /* at a time */
    number width;
    number tap_row; /* elements from a row of taps to the next */
    bool lines;     /* rows of taps lie anywhere: each has a pointer of its own */
    const template_env *env;
    bool ok;        /* expanded without an error */
} depthwise_row;

/* Adds the callback row() to e, which writes it. */
void depthwise_define_row(template_env *e, depthwise_row *r);

#endif
