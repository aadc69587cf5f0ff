/* What shape rules share: reading inputs, setting outputs. */
#ifndef CNNC_SHAPE_H
#define CNNC_SHAPE_H

#include "ir/ir.h"

static inline arena *node_arena(const node *n) { return n->parent->graph->arena; }

/* Output i becomes a tensor (rank -1: unknown rank). Keeps the layout and the quantisation that passes have given it.
 * Nothing happens when nobody wants the output. */
void set_output(node *n, int i, dtype elem, int rank, const dim *dims);

/* The type of required input i: a tensor of known rank, lo <= rank <= hi. NULL after an error. */
const value_type *input_type(const node *n, int i, int lo, int hi, diagnostics *d);

/* All core inputs that are there have the same element type. */
bool same_elements(const node *n, diagnostics *d);

/* An axis in [-rank, rank) made non-negative. */
bool resolve_axis(const node *n, int64_t axis, int rank, int *resolved, diagnostics *d);

/* Attribute `axes`-like ints or a constant integer input: its values. NULL when input i is no constant. */
const int64_t *constant_ints(const node *n, int i, int *count);

/* Attribute `room`: how many results there is room for. ROOM_ALL: `most`, as many as there can be. */
enum { ROOM_ALL = -2 };
dim room_of(const node *n, dim most);

/* The product of dims[from..to). */
dim dims_product(arena *a, const dim *dims, int from, int to);

#endif
