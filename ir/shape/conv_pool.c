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

bool shape_conv(node *n, diagnostics *d) {
    window w;
    if (!same_elements(n, d) || !window_of(n, &w, d)) return false;
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
    set_windows(n, 0, x->elem, x->dims[0], filters->dims[0], &w);
    return true;
}

bool shape_pool(node *n, diagnostics *d) {
    window w;
    if (!window_of(n, &w, d)) return false;
    const value_type *x = &n->inputs[0]->type;
    set_windows(n, 0, x->elem, x->dims[0], x->dims[1], &w);
    set_windows(n, 1, DT_I64, x->dims[0], x->dims[1], &w); /* MaxPool's indices */
    return true;
}

bool shape_global_pool(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, 2, IR_MAX_RANK, d);
    if (!x) return false;
    dim dims[IR_MAX_RANK] = {x->dims[0], x->dims[1]};
    for (int i = 2; i < x->rank; i++) dims[i] = dim_number(1);
    set_output(n, 0, x->elem, x->rank, dims);
    return true;
}
