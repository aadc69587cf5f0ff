/* Elementwise operators on single numbers. */
#ifndef CNNC_EVAL_SCALAR_H
#define CNNC_EVAL_SCALAR_H

#include "ir/ir.h"

/* p: the node's attributes in the order of ops.def, strings by their first letter. */
typedef double float_fn(int n, const double *x, const double *p);
typedef int64_t int_fn(int n, const int64_t *x, const double *p);

typedef struct scalar_op {
    float_fn *on_floats;      /* NULL: not defined for them */
    int_fn *on_ints;          /* NULL: computed as floats */
    int_fn *on_unsigned_long; /* u64, whose values are the bits of int64; NULL: as on_ints */
} scalar_op;

const scalar_op *scalar_op_of(op_code op);

enum { SCALAR_MAX_PARAMS = 4 };
void scalar_params(const node *n, double *p);

/* x as an element of t holds it: rounded (floats), modulo 2^bits (integers). */
double round_to(dtype t, double x);
int64_t wrap_to(dtype t, int64_t x);
/* x rounded towards zero into the range of integer type t; NaN is 0. */
int64_t saturate_to(dtype t, double x);
int64_t lowest_int(dtype t);
int64_t highest_int(dtype t);

#endif
