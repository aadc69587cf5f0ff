/* The geometry of sliding windows: convolution, its transpose, pooling. */
#include "ir/shape/shape.h"

#include <string.h>

enum { MAX_AXES = 3 };
static const int64_t MAX_EXTENT = INT32_MAX; /* of kernel, stride, dilation, padding: sums and products fit int64 */

/* Which input holds the filters; 0: none. */
static int filter_input(op_code op) {
    switch (op) {
    case OP_conv:
    case OP_conv_integer:
    case OP_conv_max_pool:
    case OP_conv_transpose: return 1;
    default: return 0;
    }
}

/* An attribute of one number an axis, within [lo, MAX_EXTENT]; `missing` where the node has none. */
static bool read_axes(const node *n, const char *name, int axes, int64_t lo, int64_t missing, int64_t *to,
                      diagnostics *d) {
    int count;
    const int64_t *ints = node_ints(n, name, &count);
    if (count && count != axes)
        return node_error(d, n, NULL, "attribute '%s' has %d numbers instead of %d", name, count, axes);
    for (int i = 0; i < axes; i++) {
        to[i] = count ? ints[i] : missing;
        if (to[i] < lo || to[i] > MAX_EXTENT)
            return node_error(d, n, NULL, "attribute '%s' is %lld on axis %d", name, (long long)to[i], i);
    }
    return true;
}

static bool read_kernel(const node *n, window *w, diagnostics *d) {
    int filters = filter_input(n->op);
    if (!filters) return read_axes(n, "kernel_shape", w->n_axes, 1, 0, w->kernel, d);
    const value_type *t = input_type(n, filters, w->n_axes + 2, w->n_axes + 2, d);
    if (!t) return false;
    for (int i = 0; i < w->n_axes; i++) {
        w->kernel[i] = type_size(t, i + 2);
        if (w->kernel[i] < 1 || w->kernel[i] > MAX_EXTENT)
            return node_error(d, n, NULL, "its filters have no fixed positive size on axis %d", i + 2);
    }
    int64_t stated[MAX_AXES];
    if (!node_has(n, "kernel_shape")) return true;
    if (!read_axes(n, "kernel_shape", w->n_axes, 1, 0, stated, d)) return false;
    for (int i = 0; i < w->n_axes; i++)
        if (stated[i] != w->kernel[i])
            return node_error(d, n, NULL, "kernel_shape says %lld on axis %d, the filters have %lld",
                              (long long)stated[i], i, (long long)w->kernel[i]);
    return true;
}

static int64_t extent(const window *w, int axis) { return (w->kernel[axis] - 1) * w->dilation[axis] + 1; }

/* SAME: as many outputs as strides fit, the padding shared out, the odd one at the end (UPPER) or begin (LOWER). */
static bool same_padding(const node *n, window *w, int i, bool upper, diagnostics *d) {
    int64_t total;
    if (w->stride[i] == 1) {
        total = extent(w, i) - 1;
    } else if (dim_is_number(w->in[i])) {
        int64_t out = w->in[i].size / w->stride[i] + (w->in[i].size % w->stride[i] != 0);
        total = (out - 1) * w->stride[i] + extent(w, i) - w->in[i].size;
    } else {
        return node_error(d, n, "fix the dimension with --dim NAME=SIZE",
                          "auto_pad with a stride needs a known input size on axis %d", i + 2);
    }
    if (total < 0) total = 0;
    w->pad_begin[i] = upper ? total / 2 : total - total / 2;
    w->pad_end[i] = total - w->pad_begin[i];
    return true;
}

/* A transpose takes its SAME padding from its output: see transposed_axis. */
static bool read_padding(const node *n, window *w, diagnostics *d) {
    const char *mode = node_string(n, "auto_pad");
    int64_t pads[2 * MAX_AXES] = {0};
    if (!strcmp(mode, "NOTSET")) {
        if (!read_axes(n, "pads", 2 * w->n_axes, 0, 0, pads, d)) return false;
    } else if (!strcmp(mode, "SAME_UPPER") || !strcmp(mode, "SAME_LOWER")) {
        for (int i = 0; i < w->n_axes; i++)
            if (n->op != OP_conv_transpose && !same_padding(n, w, i, mode[5] == 'U', d)) return false;
        return true;
    } else if (strcmp(mode, "VALID")) {
        return node_error(d, n, NULL, "has an unknown auto_pad '%.40s'", mode);
    }
    for (int i = 0; i < w->n_axes; i++) {
        w->pad_begin[i] = pads[i];
        w->pad_end[i] = pads[w->n_axes + i];
    }
    return true;
}

static dim plus(arena *a, dim x, int64_t n) { return dim_add(a, x, dim_number(n)); }
static dim over(arena *a, dim x, int64_t n) { return dim_floordiv(a, x, dim_number(n)); }

static dim window_count(arena *a, const window *w, int i, bool ceil_mode) {
    int64_t stride = w->stride[i], padding = w->pad_begin[i] + w->pad_end[i];
    dim room = plus(a, w->in[i], padding - extent(w, i));
    if (!ceil_mode) return plus(a, over(a, room, stride), 1);
    dim count = plus(a, over(a, plus(a, room, stride - 1), stride), 1);
    bool may_start_in_padding = w->pad_end[i] + stride - 1 >= extent(w, i);
    if (!may_start_in_padding) return count;
    return dim_min(a, count, over(a, plus(a, w->in[i], w->pad_begin[i] + stride - 1), stride));
}

/* The transpose of a convolution from `out` to `in`. A wished output size (output_shape, auto_pad SAME) decides the
 * padding: what the full result has too much, shared out as for convolution. */
static bool transposed_axis(const node *n, window *w, int i, int64_t extra, int64_t wished, diagnostics *d) {
    arena *a = node_arena(n);
    const char *mode = node_string(n, "auto_pad");
    dim stride = dim_number(w->stride[i]), minus = dim_number(-1), full;
    full = plus(a, dim_mul(a, w->in[i], stride), extent(w, i) + extra - w->stride[i]);
    dim pads = dim_number(-(w->pad_begin[i] + w->pad_end[i]));
    if (strncmp(mode, "SAME", 4) && wished < 0) {
        w->out[i] = dim_add(a, full, pads);
        return true;
    }
    w->out[i] = wished >= 0 ? dim_number(wished) : dim_mul(a, w->in[i], stride);
    dim total = wished >= 0 ? dim_add(a, full, dim_mul(a, w->out[i], minus)) : dim_number(extent(w, i) + extra - w->stride[i]);
    if (!dim_is_number(total))
        return node_error(d, n, "fix the dimension with --dim NAME=SIZE", "output_shape needs a known input size");
    if (total.size < 0) total.size = 0;
    w->pad_begin[i] = !strcmp(mode, "SAME_UPPER") ? total.size / 2 : total.size - total.size / 2;
    w->pad_end[i] = total.size - w->pad_begin[i];
    return true;
}

static bool transposed(const node *n, window *w, diagnostics *d) {
    int64_t extra[MAX_AXES], wished[MAX_AXES];
    if (!read_axes(n, "output_padding", w->n_axes, 0, 0, extra, d)) return false;
    if (!read_axes(n, "output_shape", w->n_axes, -1, -1, wished, d)) return false;
    for (int i = 0; i < w->n_axes; i++)
        if (!transposed_axis(n, w, i, extra[i], wished[i], d)) return false;
    return true;
}

bool window_of(const node *n, window *w, diagnostics *d) {
    arena *a = node_arena(n);
    const value_type *t = input_type(n, 0, 3, 2 + MAX_AXES, d);
    if (!t) return false;
    *w = (window){.n_axes = t->rank - 2};
    for (int i = 0; i < w->n_axes; i++) w->in[i] = t->dims[i + 2];
    if (!read_axes(n, "strides", w->n_axes, 1, 1, w->stride, d)) return false;
    if (!read_axes(n, "dilations", w->n_axes, 1, 1, w->dilation, d)) return false;
    if (!read_kernel(n, w, d) || !read_padding(n, w, d)) return false;
    if (n->op == OP_conv_transpose) return transposed(n, w, d);
    bool ceil_mode = op_attr(n->op, "ceil_mode") && node_int(n, "ceil_mode");
    for (int i = 0; i < w->n_axes; i++) {
        w->out[i] = window_count(a, w, i, ceil_mode);
        if (dim_is_number(w->out[i]) && w->out[i].size < 0) w->out[i].size = 0;
        if (dim_is_number(w->out[i]) && w->out[i].size < 1 && w->in[i].size > 0)
            return node_error(d, n, NULL, "its window of %lld is larger than the padded input of %lld on axis %d",
                              (long long)extent(w, i), (long long)(w->in[i].size + w->pad_begin[i] + w->pad_end[i]), i + 2);
    }
    return true;
}
