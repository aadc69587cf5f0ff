#include "ir/shape/shape.h"

/* An input of one number a channel (bias) has `channels` of them. */
static bool check_channels(const node *n, int i, dim channels, diagnostics *d) {
    if (!node_input(n, i)) return true;
    const value_type *t = input_type(n, i, 1, 1, d);
    if (!t) return false;
    if (!dim_is_number(t->dims[0]) || !dim_is_number(channels) || dim_equal(t->dims[0], channels)) return true;
    return node_error(d, n, NULL, "input %d has %lld elements for %lld channels", i, (long long)t->dims[0].size,
                      (long long)channels.size);
}

static void set_windows(node *n, int output, dtype elem, dim batch, dim channels, const window *w) {
    dim dims[5] = {batch, channels};
    for (int i = 0; i < w->n_axes; i++) dims[i + 2] = w->out[i];
    set_output(n, output, elem, w->n_axes + 2, dims);
}

/* Filters are [out][in / group][kernel]. */
static bool convolved(node *n, dtype elem, diagnostics *d) {
    window w;
    if (!window_of(n, &w, d)) return false;
    const value_type *x = &n->inputs[0]->type, *filters = &n->inputs[1]->type;
    int64_t group = node_int(n, "group"), in = type_size(x, 1), out = type_size(filters, 0), depth = type_size(filters, 1);
    if (out < 0 || depth < 0) return node_error(d, n, NULL, "its filters have no fixed size");
    if (group < 1 || out % group)
        return node_error(d, n, NULL, "%lld output channels cannot be split into %lld groups", (long long)out,
                          (long long)group);
    if (in >= 0 && (in % group || in / group != depth))
        return node_error(d, n, NULL, "its filters read %lld channels in each of %lld groups, the input has %lld",
                          (long long)depth, (long long)group, (long long)in);
    if (!check_channels(n, 2, filters->dims[0], d)) return false;
    set_windows(n, 0, elem, x->dims[0], filters->dims[0], &w);
    return true;
}

bool shape_conv(node *n, diagnostics *d) { return same_elements(n, d) && convolved(n, n->inputs[0]->type.elem, d); }

static bool is_byte(const value *v) { return v->type.elem == DT_U8 || v->type.elem == DT_I8; }

bool shape_conv_integer(node *n, diagnostics *d) {
    const value *bias = node_input(n, 2);
    if (!is_byte(n->inputs[0]) || !is_byte(n->inputs[1]) || (bias && bias->type.elem != DT_I32))
        return node_error(d, n, NULL, "convolves 8-bit integers, with an i32 bias");
    return convolved(n, DT_I32, d);
}

/* Filters are [in][out / group][kernel]. */
bool shape_conv_transpose(node *n, diagnostics *d) {
    window w;
    if (!same_elements(n, d) || !window_of(n, &w, d)) return false;
    const value_type *x = &n->inputs[0]->type, *filters = &n->inputs[1]->type;
    int64_t group = node_int(n, "group"), in = type_size(x, 1), rows = type_size(filters, 0), depth = type_size(filters, 1);
    if (rows < 0 || depth < 0) return node_error(d, n, NULL, "its filters have no fixed size");
    if (group < 1 || rows % group || (in >= 0 && in != rows))
        return node_error(d, n, NULL, "its filters read %lld channels in %lld groups, the input has %lld", (long long)rows,
                          (long long)group, (long long)in);
    dim channels = dim_mul(node_arena(n), filters->dims[1], dim_number(group));
    if (!check_channels(n, 2, channels, d)) return false;
    set_windows(n, 0, x->elem, x->dims[0], channels, &w);
    return true;
}

/* Averages of 8-bit integers are f32. */
static dtype pooled_type(const node *n) {
    dtype t = n->inputs[0]->type.elem;
    bool average = n->op == OP_average_pool || n->op == OP_global_average_pool;
    return average && (t == DT_U8 || t == DT_I8) ? DT_F32 : t;
}

bool shape_pool(node *n, diagnostics *d) {
    window w;
    if (!window_of(n, &w, d)) return false;
    const value_type *x = &n->inputs[0]->type;
    set_windows(n, 0, pooled_type(n), x->dims[0], x->dims[1], &w);
    set_windows(n, 1, DT_I64, x->dims[0], x->dims[1], &w); /* MaxPool's indices */
    return true;
}

bool shape_adaptive_pool(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, 4, 4, d);
    int count;
    const int64_t *bins = node_ints(n, "output_size", &count);
    if (!x) return false;
    if (count != 2 || bins[0] < 1 || bins[1] < 1) return node_error(d, n, NULL, "output_size wants a height and a width");
    set_output(n, 0, x->elem, 4, (dim[]){x->dims[0], x->dims[1], dim_number(bins[0]), dim_number(bins[1])});
    return true;
}

bool shape_global_pool(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, 2, IR_MAX_RANK, d);
    if (!x) return false;
    dim dims[IR_MAX_RANK] = {x->dims[0], x->dims[1]};
    for (int i = 2; i < x->rank; i++) dims[i] = dim_number(1);
    set_output(n, 0, pooled_type(n), x->rank, dims);
    return true;
}

static dim unpooled_size(arena *a, dim in, int64_t kernel, int64_t stride, int64_t padding) {
    dim full = dim_mul(a, dim_add(a, in, dim_number(-1)), dim_number(stride));
    return dim_add(a, full, dim_number(kernel - padding));
}

/* The input of the max_pool that is undone, unless input 2 says another size. */
bool shape_max_unpool(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, 3, IR_MAX_RANK, d);
    if (!x) return false;
    int axes = x->rank - 2, n_kernel, n_strides, n_pads, n_shape;
    const int64_t *kernel = node_ints(n, "kernel_shape", &n_kernel), *strides = node_ints(n, "strides", &n_strides);
    const int64_t *pads = node_ints(n, "pads", &n_pads), *shape = constant_ints(n, 2, &n_shape);
    if (n_kernel != axes || (n_strides && n_strides != axes) || (n_pads && n_pads != 2 * axes))
        return node_error(d, n, NULL, "its attributes are not for %d axes", axes);
    if (shape && n_shape != x->rank) return node_error(d, n, NULL, "its output shape has %d axes instead of %d", n_shape, x->rank);
    arena *a = node_arena(n);
    dim dims[IR_MAX_RANK];
    for (int k = 0; k < x->rank; k++) {
        int i = k - 2;
        if (shape) dims[k] = dim_number(shape[k]);
        else if (node_input(n, 2)) dims[k] = dim_unknown(a);
        else if (k < 2) dims[k] = x->dims[k];
        else dims[k] = unpooled_size(a, x->dims[k], kernel[i], n_strides ? strides[i] : 1, n_pads ? pads[i] + pads[axes + i] : 0);
    }
    set_output(n, 0, x->elem, x->rank, dims);
    return true;
}
