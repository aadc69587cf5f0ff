/* What the kernels on NCHW16c share: packing, operands of epilogues, the text that reads them.
 *
 * Their templates keep these names in scope: n (image), b (output block of 16 channels), y and x (output row and
 * column). A tile's position is (b + o, y + r, x + c) with constants o, r, c. */
#ifndef CNNC_KERNELS_C16_H
#define CNNC_KERNELS_C16_H

#include "backend/emit/expr.h"
#include "backend/emit/template.h"
#include "backend/plan/plan.h"

bool c16_is(const value *v);
bool c16_constants(const node *n); /* the filters and the bias, if any, of a convolution are: they will be packed */
bool c16_is_pointwise(const node *n); /* an ungrouped 1x1 convolution of such: each position of the result is made of one */
int64_t c16_blocks(int64_t channels);

/* Adds the inputs of n from index `from` on (those of its epilogue and prologue): constants packed by channel, sets
 * s->input_operand. */
void c16_add_extras(plan *p, step *s, const node *n, int from);
/* The operands of a convolution: input, weights, bias, epilogue's, output. The bias' index, -1: it has none. */
int c16_add_convolution(plan *p, step *s, const node *n, packed weights);
/* A vector by channel (bias, slopes, scale), zero beyond the last. Operand index. */
int c16_add_channel_constant(plan *p, step *s, const constant *c, int64_t channels);

typedef struct c16_leaf {
    const step *step;
    bool flat;          /* the plane is walked as one row: x is a position in the plane; where an operand has a halo, rowC and
                           colC are row and column of position x + C */
    int64_t o, r, c;    /* constants of the position */
    const char *acc;    /* text of EXPR_ACC */
} c16_leaf;

/* The functions that load and store a v16 of elements of t: "v16_load", "v16_store_u8". */
const char *c16_load(dtype t);
const char *c16_store(dtype t);
/* From the operand's start to the first tap of its first window, which is in the halo where there is padding. */
number c16_window_origin(arena *a, const operand *x, const window *w);
/* "p->n * batch + (b + o) * block + …": the address of a position in operand `o` named `name`. */
void c16_address(text *out, const char *name, const operand *o, bool flat, int64_t db, int64_t dr, int64_t dc);
/* Of templates, target() or target(c): the address in the first output of position x, or x + c. The context is the step. */
void c16_put_target(void *context, text *out, int n, const int64_t *args);
/* The vector at a position after the node's epilogue, given the text of the vector before it; of an expression that is part of
 * it (NULL: the text itself). */
void c16_epilogue(text *out, const c16_leaf *at);
void c16_expression(text *out, const c16_leaf *at, const expr *e);
/* A vector of input block `in_block` (C text) after the node's prologue, given the text of the vector as it is stored. */
void c16_prologue(text *out, const step *s, const char *in_block, const char *stored);
/* Can all tensors of the step be walked as flat planes? */
bool c16_flat(const step *s);

#endif
