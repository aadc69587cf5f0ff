/* What evaluators share. */
#ifndef CNNC_EVAL_H
#define CNNC_EVAL_H

#include "ir/ir.h"

/* Whole tensors as arrays of double or int64, row-major. */
double *load_floats(const tensor *t, arena *a);
int64_t *load_ints(const tensor *t, arena *a);
void store_floats(tensor *t, const double *x);
void store_ints(tensor *t, const int64_t *x);

static inline int64_t tensor_count(const tensor *t) { return type_count(&t->type); }
static inline int64_t tensor_size(const tensor *t, int axis) { return type_size(&t->type, axis); }
static inline bool is_float(const tensor *t) { return dtype_of(t->type.elem)->kind == CLASS_FLOAT; }

/* Copies element `from` of x to element `to` of y, of equal type. */
void copy_element(tensor *y, int64_t to, const tensor *x, int64_t from);
void row_major_strides(const value_type *t, int64_t *strides);

/* Strides in elements of row-major x as it is broadcast, right-aligned, to `rank` dimensions: 0 where it repeats. */
void broadcast_strides(const value_type *x, int rank, int64_t *strides);

/* Elementwise: `e` over tensors, ACC and INPUT indices broadcast to `out`. */
bool eval_expr(const node *n, const expr *e, const tensor *acc, const tensor *const *inputs, tensor *out, arena *a,
               diagnostics *d);

/* ---- control flow: running regions ---- */

/* The values of one control node's regions. `in` is what its evaluator got: inputs, then captured values. */
typedef struct scope scope;
scope *scope_new(const node *n, const tensor *const *in, arena *a, diagnostics *d);
/* Runs one of the node's regions; may be called again with other inputs. */
bool scope_run(scope *s, const region *r, const tensor *inputs, tensor *outputs);

#endif
