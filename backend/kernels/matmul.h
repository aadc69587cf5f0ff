/* What MatMul and Gemm nodes have in common. */
#ifndef CNNC_KERNELS_MATMUL_H
#define CNNC_KERNELS_MATMUL_H

#include "backend/kernels/row_major.h"

/* y[batch][rows][cols] = x[batch][rows][inner] w[batch][inner][cols], either matrix stored transposed. */
typedef struct product {
    dtype elem;
    int64_t batches, w_batches, rows, inner, cols; /* the most */
    bool trans_x, trans_w;
    bool w_vector;            /* w has no column axis, neither has y */
    operand x_batch, w_batch; /* their leading axes, to be broadcast to: */
    int batch_rank;
    bool joined; /* its batches are rows */
    struct {
        number batches, rows, inner, cols, batch_dims[IR_MAX_RANK];
    } at; /* sizes of the run, from product_measure */
} product;

/* False: n is no product of row-major matrices of numbers. */
bool product_of(const node *n, product *m);
/* Once the step has its operands. */
void product_measure(arena *a, const step *s, product *m);

/* From the sum of products (ACC) to what is stored: alpha, beta and C of Gemm, then the node's epilogue. */
const expr *product_tree(arena *a, const node *n);

/* Which of its matrices an operand (m->x_batch or m->w_batch) gives to product number `var`: C text. */
void product_batch_index(text *out, const product *m, const operand *batch, const char *var);

/* The columns of a register tile's last block (matmul_tile.c.in): 0 are as many as there are, which the code knows as `lanes`. */
const char *matmul_lanes(arena *a, int64_t last);

#endif
