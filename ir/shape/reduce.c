#include "ir/shape/reduce.h"

#include "ir/shape/shape.h"

/* The axes given as attribute or as (constant) input 1. known: false when they are computed at run time. */
static const int64_t *given_axes(const node *n, int *count, bool *known) {
    *known = true;
    if (op_attr(n->op, "axes")) return node_ints(n, "axes", count);
    *count = 0;
    if (!node_input(n, 1)) return NULL;
    const int64_t *axes = constant_ints(n, 1, count);
    *known = axes != NULL;
    return axes;
}

bool reduced_axes(const node *n, int rank, bool *reduced, bool *known, diagnostics *d) {
    int count;
    const int64_t *axes = given_axes(n, &count, known);
    bool all = count == 0 && !node_int(n, "noop_with_empty_axes");
    for (int k = 0; k < rank; k++) reduced[k] = all;
    for (int i = 0; i < count; i++) {
        int axis;
        if (!resolve_axis(n, axes[i], rank, &axis, d)) return false;
        reduced[axis] = true;
    }
    return true;
}

static void set_reduced(node *n, dtype elem, const value_type *x, const bool *reduced, bool keep) {
    dim dims[IR_MAX_RANK];
    int rank = 0;
    for (int k = 0; k < x->rank; k++) {
        if (!reduced[k]) dims[rank++] = x->dims[k];
        else if (keep) dims[rank++] = dim_number(1);
    }
    set_output(n, 0, elem, rank, dims);
}

bool shape_reduce(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, 0, IR_MAX_RANK, d);
    bool reduced[IR_MAX_RANK], known, keep = node_int(n, "keepdims");
    if (!x || !reduced_axes(n, x->rank, reduced, &known, d)) return false;
    if (known) {
        set_reduced(n, x->elem, x, reduced, keep);
        return true;
    }
    dim dims[IR_MAX_RANK];
    for (int k = 0; k < x->rank; k++) dims[k] = dim_unknown(node_arena(n));
    set_output(n, 0, x->elem, keep ? x->rank : -1, dims);
    return true;
}

bool shape_arg(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, 1, IR_MAX_RANK, d);
    int axis;
    if (!x || !resolve_axis(n, node_int(n, "axis"), x->rank, &axis, d)) return false;
    bool reduced[IR_MAX_RANK] = {false};
    reduced[axis] = true;
    if (type_size(x, axis) == 0) return node_error(d, n, NULL, "looks for an extremum along axis %d of size 0", axis);
    set_reduced(n, DT_I64, x, reduced, node_int(n, "keepdims"));
    return true;
}

bool shape_along_axis(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, 0, IR_MAX_RANK, d);
    int axis;
    if (!x || (x->rank > 0 && !resolve_axis(n, node_int(n, "axis"), x->rank, &axis, d))) return false;
    set_output(n, 0, x->elem, x->rank, x->dims);
    return true;
}

bool shape_top_k(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, 1, IR_MAX_RANK, d);
    int axis, count;
    if (!x || !resolve_axis(n, node_int(n, "axis"), x->rank, &axis, d)) return false;
    dim dims[IR_MAX_RANK];
    for (int k = 0; k < x->rank; k++) dims[k] = x->dims[k];
    const dim *k = value_sizes(node_arena(n), n->inputs[1], &count);
    if (k && count != 1) return node_error(d, n, NULL, "its K has %d elements instead of one", count);
    dims[axis] = k ? *k : dim_unknown(node_arena(n));
    if (k && dim_is_number(*k) && (k->size < 0 || (dim_is_number(x->dims[axis]) && k->size > x->dims[axis].size)))
        return node_error(d, n, NULL, "wants %lld elements of an axis of %lld", (long long)k->size,
                          (long long)x->dims[axis].size);
    set_output(n, 0, x->elem, x->rank, dims);
    set_output(n, 1, DT_I64, x->rank, dims);
    return true;
}
