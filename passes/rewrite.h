/* What passes share: small questions about values, and rewriting with names kept informative. */
#ifndef CNNC_REWRITE_H
#define CNNC_REWRITE_H

#include "passes/passes.h"

/* Calls f for every node of g, bodies of control flow included; f may remove or replace the node it is given. */
bool for_each_node(graph *g, bool (*f)(graph *g, node *n, void *context), void *context);

/* A constant f32 or f64 scalar (any shape of one element). */
bool constant_scalar(const value *v, double *x);
/* "conv1 + bn1", cut to a readable length. */
const char *joined_name(graph *g, const char *first, const char *second);
/* All uses of n's only output go to v instead; n goes. Names of graph outputs are kept. False (and nothing happens) when
 * the output must stay a value of its own: a graph output that is an input, a constant or another output. */
bool replace_node(graph *g, node *n, value *v);
/* assign_layout.c: there are kernels for this convolution on tensors that are stored as NCHW16c. */
bool conv_fits_c16(const node *n);
/* A new f32 constant of the given shape. */
value *new_constant(graph *g, const char *name, int rank, const int64_t *dims, const float *data, const char *origin);

#endif
