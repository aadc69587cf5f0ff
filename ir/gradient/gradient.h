/* Reverse-mode differentiation: what its rules share. A rule is given a node and the gradients of its outputs, and adds
 * ordinary nodes that compute the gradients of its inputs. rules.def lists the rules by operator. */
#ifndef CNNC_GRADIENT_H
#define CNNC_GRADIENT_H

#include "ir/ir.h"

typedef struct backward {
    graph *graph;
    relu_rule relu;
    bool *wanted;      /* by value id: depends on what is differentiated by */
    value **gradients; /* by value id; NULL: none has arrived */
    bool failed;       /* and reported; what builds nodes then does nothing more */
} backward;

/* dy: a gradient for each output of n, NULL where none arrived; not all are NULL. */
typedef void gradient_fn(backward *b, const node *n, value *const *dy);

bool gradient_wanted(const backward *b, const node *n, int input);
/* Adds to what has arrived for that input, which must be wanted. dx has the input's shape. */
void gradient_add(backward *b, const node *n, int input, value *dx);
/* Reports that this node cannot be differentiated, and why. */
void gradient_refuse(backward *b, const node *n, const char *why);

/* ---- back.c: new nodes at the end of the graph. After a failure they return some value that exists. ---- */

node *back_node(backward *b, op_code op, int n_inputs, value *const *inputs, int n_outputs); /* not inferred */
value *back_infer(backward *b, node *n);                                                     /* its first output */
value *back(backward *b, op_code op, int n_inputs, value *const *inputs);
static inline value *back1(backward *b, op_code op, value *x) { return back(b, op, 1, &x); }
static inline value *back2(backward *b, op_code op, value *x, value *y) { return back(b, op, 2, (value *[]){x, y}); }

value *back_scalar(backward *b, const value *like, double x); /* of like's element type */
value *back_floats(backward *b, const value *like, int rank, const int64_t *dims, const double *data);
value *back_ints(backward *b, int count, const int64_t *data); /* i64[count] */
value *back_scaled(backward *b, value *x, double factor);
/* x where condition holds, else 0 */
value *back_masked(backward *b, value *condition, value *x);

value *back_shaped(backward *b, value *x, const value_type *t);   /* the same elements in t's shape */
value *back_expanded(backward *b, value *x, const value_type *t); /* broadcast to t's shape */
/* The inverse of a broadcast: sums where t has size 1 or no axis. */
value *back_summed(backward *b, value *x, const value_type *t);
value *back_transposed(backward *b, value *x, const int64_t *perm);

#endif
