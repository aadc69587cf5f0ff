/* Gathering and scattering: shapes. */
#include "ir/shape/shape.h"

#include <math.h>
#include <string.h>

bool shape_gather(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 1, IR_MAX_RANK, d), *u = t ? input_type(n, 1, 0, IR_MAX_RANK, d) : NULL;
    int axis, rank = 0;
    if (!u || !resolve_axis(n, node_int(n, "axis"), t->rank, &axis, d)) return false;
    if (t->rank + u->rank - 1 > IR_MAX_RANK) return node_error(d, n, NULL, "its result would have more than %d dimensions", IR_MAX_RANK);
    dim dims[IR_MAX_RANK];
    for (int i = 0; i < axis; i++) dims[rank++] = t->dims[i];
    for (int i = 0; i < u->rank; i++) dims[rank++] = u->dims[i];
    for (int i = axis + 1; i < t->rank; i++) dims[rank++] = t->dims[i];
    set_output(n, 0, t->elem, rank, dims);
    return true;
}

bool shape_gather_elements(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 1, IR_MAX_RANK, d), *u = t ? input_type(n, 1, t->rank, t->rank, d) : NULL;
    int axis;
    if (!u || !resolve_axis(n, node_int(n, "axis"), t->rank, &axis, d)) return false;
    for (int k = 0; k < t->rank; k++)
        if (k != axis && dim_is_number(t->dims[k]) && dim_is_number(u->dims[k]) && u->dims[k].size > t->dims[k].size)
            return node_error(d, n, NULL, "its indices are larger than its data along axis %d", k);
    set_output(n, 0, t->elem, u->rank, u->dims);
    return true;
}

/* How many axes of the data one tuple of indices fixes; -1 after an error. */
static int tuple_size(const node *n, const value_type *t, const value_type *u, int batch, diagnostics *d) {
    int64_t k = type_size(u, -1);
    if (k < 0) return node_error(d, n, NULL, "the last dimension of its indices is not known") - 1;
    if (k > t->rank - batch) return node_error(d, n, NULL, "its indices have %lld entries for rank %d", (long long)k, t->rank - batch) - 1;
    return (int)k;
}

bool shape_gather_nd(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 1, IR_MAX_RANK, d), *u = t ? input_type(n, 1, 1, IR_MAX_RANK, d) : NULL;
    if (!u) return false;
    int64_t batch = node_int(n, "batch_dims");
    if (batch < 0 || batch >= t->rank || batch >= u->rank) return node_error(d, n, NULL, "batch_dims %lld does not fit", (long long)batch);
    int k = tuple_size(n, t, u, (int)batch, d), rank = 0;
    if (k < 0) return false;
    dim dims[2 * IR_MAX_RANK];
    for (int i = 0; i < u->rank - 1; i++) dims[rank++] = u->dims[i];
    for (int i = (int)batch + k; i < t->rank; i++) dims[rank++] = t->dims[i];
    if (rank > IR_MAX_RANK) return node_error(d, n, NULL, "its result would have %d dimensions", rank);
    set_output(n, 0, t->elem, rank, dims);
    return true;
}

static bool check_reduction(const node *n, diagnostics *d) {
    static const char *const known[] = {"none", "add", "mul", "max", "min"};
    for (int i = 0; i < 5; i++)
        if (!strcmp(node_string(n, "reduction"), known[i])) return true;
    return node_error(d, n, NULL, "reduction '%.40s' is not known", node_string(n, "reduction"));
}

bool shape_scatter_elements(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 1, IR_MAX_RANK, d), *u = t ? input_type(n, 1, t->rank, t->rank, d) : NULL;
    const value_type *v = u ? input_type(n, 2, t->rank, t->rank, d) : NULL;
    int axis;
    if (!v || !resolve_axis(n, node_int(n, "axis"), t->rank, &axis, d) || !check_reduction(n, d)) return false;
    if (v->elem != t->elem) return node_error(d, n, NULL, "its data and its updates differ in type");
    for (int k = 0; k < t->rank; k++) {
        bool known = dim_is_number(u->dims[k]) && dim_is_number(v->dims[k]) && dim_is_number(t->dims[k]);
        if (known && (u->dims[k].size != v->dims[k].size || (k != axis && u->dims[k].size > t->dims[k].size)))
            return node_error(d, n, NULL, "its indices and updates do not fit along axis %d", k);
    }
    set_output(n, 0, t->elem, t->rank, t->dims);
    return true;
}

bool shape_scatter_nd(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 1, IR_MAX_RANK, d), *u = t ? input_type(n, 1, 1, IR_MAX_RANK, d) : NULL;
    const value_type *v = u ? input_type(n, 2, 0, IR_MAX_RANK, d) : NULL;
    if (!v || !check_reduction(n, d)) return false;
    int k = tuple_size(n, t, u, 0, d);
    if (k < 0) return false;
    if (v->elem != t->elem) return node_error(d, n, NULL, "its data and its updates differ in type");
    bool fits = v->rank == u->rank - 1 + t->rank - k;
    for (int i = 0; fits && i < v->rank; i++) {
        dim want = i < u->rank - 1 ? u->dims[i] : t->dims[k + i - (u->rank - 1)];
        fits = !dim_is_number(want) || !dim_is_number(v->dims[i]) || dim_equal(want, v->dims[i]);
    }
    if (!fits) return node_error(d, n, NULL, "the shape of its updates does not fit data and indices");
    set_output(n, 0, t->elem, t->rank, t->dims);
    return true;
}

bool shape_tensor_scatter(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 2, IR_MAX_RANK, d), *u = t ? input_type(n, 1, t->rank, t->rank, d) : NULL;
    int axis;
    if (!u || !resolve_axis(n, node_int(n, "axis"), t->rank, &axis, d)) return false;
    if (!axis) return node_error(d, n, NULL, "its axis is the batch");
    for (int k = 0; k < t->rank; k++) {
        bool known = dim_is_number(u->dims[k]) && dim_is_number(t->dims[k]);
        if (known && (k == axis ? u->dims[k].size > t->dims[k].size : u->dims[k].size != t->dims[k].size))
            return node_error(d, n, NULL, "its update does not fit the cache along axis %d", k);
    }
    if (u->elem != t->elem) return node_error(d, n, NULL, "its cache and its update differ in type");
    set_output(n, 0, t->elem, t->rank, t->dims);
    return true;
}

/* Between integers that are made of open sizes. */
static dim open_range(const node *n) {
    arena *a = node_arena(n);
    const dim *x[3];
    for (int i = 0, count; i < 3; i++)
        if (!(x[i] = value_sizes(a, n->inputs[i], &count)) || count != 1) return dim_unknown(a);
    if (!dim_is_number(*x[2]) || !x[2]->size || x[2]->size == INT64_MIN) return dim_unknown(a);
    const int64_t stride = x[2]->size < 0 ? -x[2]->size : x[2]->size;
    const dim span = x[2]->size > 0 ? dim_sub(a, *x[1], *x[0]) : dim_sub(a, *x[0], *x[1]);
    const dim count = dim_floordiv(a, dim_add(a, span, dim_number(stride - 1)), dim_number(stride));
    return dim_is_bounded(count) ? dim_max(a, count, dim_number(0)) : count;
}

bool shape_range(node *n, diagnostics *d) {
    double x[3];
    bool known = true;
    if (!same_elements(n, d)) return false;
    for (int i = 0; i < 3; i++) {
        const constant *c = n->inputs[i]->constant;
        known = known && c && type_count(&c->type) == 1;
        if (known) x[i] = constant_float(c, 0);
    }
    dim size = known ? dim_number(0) : open_range(n);
    if (known) {
        double count = ceil((x[1] - x[0]) / x[2]);
        if (x[2] == 0 || !(count < 0x1p40)) return node_error(d, n, NULL, "its step leads nowhere");
        size = dim_number(count > 0 ? (int64_t)count : 0);
    }
    set_output(n, 0, n->inputs[0]->type.elem, 1, &size);
    return true;
}

bool shape_non_zero(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 0, IR_MAX_RANK, d);
    if (!t) return false;
    const dim dims[2] = {dim_number(t->rank), room_of(n, dims_product(node_arena(n), t->dims, 0, t->rank))};
    set_output(n, 0, DT_I64, 2, dims);
    set_output(n, 1, DT_I64, 0, NULL);
    return true;
}
