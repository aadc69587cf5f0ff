#include "ir/shape/shape.h"

/* Inputs [first, last] hold one number a channel. */
static bool check_channels(const node *n, const value_type *x, int first, int last, diagnostics *d) {
    for (int i = first; i <= last; i++) {
        const value_type *t = input_type(n, i, 1, 1, d);
        if (!t) return false;
        if (dim_is_number(t->dims[0]) && dim_is_number(x->dims[1]) && !dim_equal(t->dims[0], x->dims[1]))
            return node_error(d, n, NULL, "input %d has %lld elements for %lld channels", i, (long long)t->dims[0].size,
                              (long long)x->dims[1].size);
    }
    return true;
}

bool shape_batch_normalization(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, 2, IR_MAX_RANK, d);
    if (!x || !check_channels(n, x, 1, 4, d)) return false;
    set_output(n, 0, x->elem, x->rank, x->dims);
    for (int i = 1; i < 3; i++) set_output(n, i, n->inputs[3]->type.elem, 1, &x->dims[1]);
    return true;
}

bool shape_channel_normalization(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, 2, IR_MAX_RANK, d);
    if (!x || !check_channels(n, x, 1, 2, d)) return false;
    int64_t channels = type_size(x, 1);
    if (op_attr(n->op, "num_groups")) {
        int64_t groups = node_int(n, "num_groups");
        if (groups < 1 || channels < 0 || channels % groups)
            return node_error(d, n, NULL, "%lld channels cannot be split into %lld groups", (long long)channels,
                              (long long)groups);
    }
    set_output(n, 0, x->elem, x->rank, x->dims);
    return true;
}

/* Scale and bias broadcast to the input; mean and inverse deviation have the input's leading axes, then ones. */
bool shape_layer_normalization(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, 1, IR_MAX_RANK, d);
    int axis, rank;
    if (!x || !resolve_axis(n, node_int(n, "axis"), x->rank, &axis, d)) return false;
    for (int i = 1; i < n->n_core_inputs; i++) {
        dim dims[IR_MAX_RANK];
        if (!n->inputs[i]) continue;
        const value_type *t = input_type(n, i, 0, x->rank, d);
        if (!t) return false;
        bool fits = broadcast_dims(node_arena(n), 2, (const value_type *[]){x, t}, &rank, dims);
        for (int k = 0; k < rank; k++) fits = fits && (!dim_is_number(x->dims[k]) || dim_equal(dims[k], x->dims[k]));
        if (!fits) return node_error(d, n, NULL, "input %d cannot be broadcast to input 0", i);
    }
    dim dims[IR_MAX_RANK];
    for (int k = 0; k < x->rank; k++) dims[k] = k < axis ? x->dims[k] : dim_number(1);
    dtype stash = dtype_from_onnx(node_int(n, "stash_type"));
    if (dtype_of(stash)->kind != CLASS_FLOAT) return node_error(d, n, NULL, "its stash_type is no float type");
    set_output(n, 0, x->elem, x->rank, x->dims);
    for (int i = 1; i < 3; i++) set_output(n, i, stash, x->rank, dims);
    return true;
}

bool shape_lrn(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, 2, IR_MAX_RANK, d);
    if (!x) return false;
    if (node_int(n, "size") < 1) return node_error(d, n, NULL, "its size is not positive");
    set_output(n, 0, x->elem, x->rank, x->dims);
    return true;
}

bool shape_dropout(node *n, diagnostics *d) {
    const value_type *x = &n->inputs[0]->type;
    if (x->kind != TYPE_TENSOR) return node_error(d, n, NULL, "input 0 is no tensor");
    set_output(n, 0, x->elem, x->rank, x->dims);
    set_output(n, 1, DT_BOOL, x->rank, x->dims);
    return true;
}

bool shape_mean_variance_normalization(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, node_has(n, "axes") ? 0 : 4, IR_MAX_RANK, d);
    int count, axis;
    const int64_t *axes = node_ints(n, "axes", &count);
    if (!x) return false;
    for (int i = 0; i < count; i++)
        if (!resolve_axis(n, axes[i], x->rank, &axis, d)) return false;
    set_output(n, 0, x->elem, x->rank, x->dims);
    return true;
}
