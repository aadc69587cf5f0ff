#include "ir/gradient/gradient.h"

/* The transposed convolution that spreads dy over the input of window w: what a convolution gathers there. Pads and
 * output_padding are such that it covers exactly that input, whatever remainder the strides left. */
static value *spread(backward *b, value *dy, value *filters, const window *w, int64_t group) {
    if (b->failed) return dy;
    int64_t pads[6], beyond[3];
    for (int i = 0; i < w->n_axes; i++) {
        int64_t reach = (w->out[i].size - 1) * w->stride[i] + (w->kernel[i] - 1) * w->dilation[i] + 1 - w->pad_begin[i];
        int64_t excess = reach - w->in[i].size;
        pads[i] = w->pad_begin[i];
        pads[w->n_axes + i] = excess > 0 ? excess : 0;
        beyond[i] = excess < 0 ? -excess : 0;
    }
    node *n = back_node(b, OP_conv_transpose, 2, (value *[]){dy, filters}, 1);
    node_set_ints(n, "kernel_shape", w->n_axes, w->kernel);
    node_set_ints(n, "strides", w->n_axes, w->stride);
    node_set_ints(n, "dilations", w->n_axes, w->dilation);
    node_set_ints(n, "pads", 2 * w->n_axes, pads);
    node_set_ints(n, "output_padding", w->n_axes, beyond);
    node_set_int(n, "group", group);
    return back_infer(b, n);
}

static bool find_window(backward *b, const node *n, window *w) {
    if (!window_of(n, w, b->graph->diags)) b->failed = true;
    return !b->failed;
}

void gradient_conv(backward *b, const node *n, value *const *dy) {
    window w;
    if (gradient_wanted(b, n, 1)) gradient_refuse(b, n, "there is no rule for the gradient of its filters");
    if (!find_window(b, n, &w)) return;
    if (gradient_wanted(b, n, 0)) gradient_add(b, n, 0, spread(b, dy[0], n->inputs[1], &w, node_int(n, "group")));
    if (!gradient_wanted(b, n, 2)) return;
    int64_t axes[4] = {0, 2, 3, 4};
    value *sum = back2(b, OP_reduce_sum, dy[0], back_ints(b, 1 + w.n_axes, axes));
    gradient_add(b, n, 2, back_shaped(b, sum, &n->inputs[2]->type));
}

/* Where each maximum was: the pool again, for its indices. */
static value *places(backward *b, const node *n) {
    node *again = back_node(b, OP_max_pool, 1, n->inputs, 2);
    if (n->op == OP_max_pool) {
        node_copy_attrs(again, n);
        node_set_int(again, "storage_order", 0);
    } else {
        const value_type *t = &n->inputs[0]->type;
        int64_t plane[IR_MAX_RANK];
        for (int i = 2; i < t->rank; i++) plane[i - 2] = t->dims[i].size;
        node_set_ints(again, "kernel_shape", t->rank - 2, plane);
    }
    back_infer(b, again);
    return again->outputs[1];
}

/* Windows may overlap: gradients that meet in one place add up. The first of equal maxima gets all. */
void gradient_max_pool(backward *b, const node *n, value *const *dy) {
    const value *x = n->inputs[0];
    if (!dy[0]) return;
    value *at = places(b, n);
    if (b->failed) return;
    int64_t from = type_count(&dy[0]->type), to = type_count(&x->type);
    arena *a = b->graph->arena;
    value_type flat = type_tensor(a, dy[0]->type.elem, 1, &from), all = type_tensor(a, dy[0]->type.elem, 1, &to);
    value *zeros = back_expanded(b, back_scalar(b, x, 0), &all);
    value *inputs[3] = {zeros, back_shaped(b, at, &flat), back_shaped(b, dy[0], &flat)};
    if (b->failed) return;
    node *scatter = back_node(b, OP_scatter_elements, 3, inputs, 1);
    node_set_string(scatter, "reduction", "add");
    gradient_add(b, n, 0, back_shaped(b, back_infer(b, scatter), &x->type));
}

/* How many taps of the window at `out` count. */
static int64_t taps(const window *w, int axis, int64_t out, bool padding) {
    int64_t low = padding ? -w->pad_begin[axis] : 0, high = w->in[axis].size + (padding ? w->pad_end[axis] : 0), count = 0;
    for (int64_t k = 0; k < w->kernel[axis]; k++) {
        int64_t at = out * w->stride[axis] - w->pad_begin[axis] + k * w->dilation[axis];
        count += at >= low && at < high;
    }
    return count;
}

/* One share for each window: one by what it averages. */
static value *shares(backward *b, const node *n, const window *w) {
    bool padding = node_int(n, "count_include_pad");
    int rank = w->n_axes + 2;
    int64_t dims[5] = {1, 1}, count = 1;
    for (int i = 0; i < w->n_axes; i++) count *= dims[i + 2] = w->out[i].size;
    double *data = ARENA_ARRAY(b->graph->arena, double, count);
    for (int64_t i = 0; i < count; i++) {
        int64_t rest = i, number = 1;
        for (int k = w->n_axes - 1; k >= 0; rest /= w->out[k--].size) number *= taps(w, k, rest % w->out[k].size, padding);
        data[i] = number ? 1 / (double)number : 0;
    }
    return back_floats(b, n->inputs[0], rank, dims, data);
}

void gradient_average_pool(backward *b, const node *n, value *const *dy) {
    window w;
    if (!find_window(b, n, &w)) return;
    int64_t channels = type_size(&n->inputs[0]->type, 1), dims[5] = {channels, 1}, count = channels;
    for (int i = 0; i < w.n_axes; i++) count *= dims[i + 2] = w.kernel[i];
    double *ones = ARENA_ARRAY(b->graph->arena, double, count);
    for (int64_t i = 0; i < count; i++) ones[i] = 1;
    value *filters = back_floats(b, n->inputs[0], w.n_axes + 2, dims, ones);
    gradient_add(b, n, 0, spread(b, back2(b, OP_mul, dy[0], shares(b, n, &w)), filters, &w, channels));
}

void gradient_global_average_pool(backward *b, const node *n, value *const *dy) {
    const value_type *t = &n->inputs[0]->type;
    double share = (double)type_count(&dy[0]->type) / (double)type_count(t);
    gradient_add(b, n, 0, back_expanded(b, back_scaled(b, dy[0], share), t));
}
