/* What the passes on quantised networks share. A real number is (q - zero) * scale of an integer q. */
#ifndef CNNC_QUANTIZED_H
#define CNNC_QUANTIZED_H

#include "passes/rewrite.h"

pass_fn pass_remove_dead; /* what rewriting leaves behind would count as a reader */

typedef struct affine {
    double scale;
    int64_t zero;
} affine;

/* v dequantises 8-bit integers with one scale and zero point: *a. Their value; NULL if not. */
value *dequantized(const value *v, affine *a);
/* One scale and zero point, constants: of what moves and becomes arithmetic. */
bool quantizes_as_a_whole(const node *n);
affine affine_of(const node *n); /* of such a quantize_linear or dequantize_linear */

/* The result of a new node in front of `before`, named like it. NULL after an error. */
value *new_result(graph *g, node *before, op_code op, int n_inputs, value *const *inputs);
value *new_cast(graph *g, node *before, value *v, dtype to);
/* A constant f32 scalar. */
value *new_scalar(graph *g, double x);

#endif
