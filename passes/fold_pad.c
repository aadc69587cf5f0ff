/* A constant Pad before a convolution becomes the convolution's own padding if it is of zeros; before an average pool that
 * counts its padding likewise. Max pools pad with minus infinity, and zeros are as good where nothing is smaller. */
#include "passes/rewrite.h"

#include <math.h>
#include <string.h>

typedef struct padding {
    int64_t amounts[2 * IR_MAX_RANK];
    double fill;
} padding;

/* Of the spatial dimensions only, by constants. */
static bool constant_padding(const node *pad, padding *p, int rank) {
    p->fill = 0;
    if (strcmp(node_string(pad, "mode"), "constant") != 0 || !pad->inputs[1]->constant) return false;
    if (pad->n_inputs > 3 && pad->inputs[3]) return false; /* axes: rare in exports, left alone */
    if (pad->n_inputs > 2 && pad->inputs[2] && !constant_scalar(pad->inputs[2], &p->fill)) return false;
    if (type_count(&pad->inputs[1]->type) != 2 * rank) return false;
    for (int i = 0; i < 2 * rank; i++) {
        p->amounts[i] = constant_int(pad->inputs[1]->constant, i);
        if (p->amounts[i] < 0 || (i % rank < 2 && p->amounts[i])) return false;
    }
    return true;
}

static bool never_negative(const value *v) {
    const node *n = v->producer;
    double least;
    switch (n ? n->op : OP_NONE) {
    case OP_relu:
    case OP_sigmoid:
    case OP_hard_sigmoid:
    case OP_abs: return true;
    case OP_clip: return constant_scalar(node_input(n, 1), &least) && least >= 0;
    case OP_max_pool:
    case OP_average_pool: return never_negative(n->inputs[0]);
    default: return false;
    }
}

/* Whether a reader of `x` padded may pad x itself, by `total`. */
static bool may_pad(const node *reader, const value *x, double fill, const window *w, const int64_t *total) {
    bool own = false, whole = true; /* it pads already; each of its windows has an element of x */
    for (int i = 0; i < w->n_axes; i++) {
        own |= w->pad_begin[i] || w->pad_end[i];
        whole &= w->dilation[i] == 1 && total[i] < w->kernel[i] && total[w->n_axes + i] < w->kernel[i];
    }
    switch (reader->op) {
    case OP_conv: return fill == 0;
    case OP_average_pool: /* zeros that count cannot join padding that does not */
        return fill == 0 && whole && !node_int(reader, "ceil_mode") && (node_int(reader, "count_include_pad") || !own);
    case OP_max_pool:
        return (fill == -(double)INFINITY || (fill == 0 && never_negative(x))) && whole && reader->n_outputs == 1 && !node_int(reader, "ceil_mode");
    default: return false;
    }
}

static bool fold_one(graph *g, node *n, void *context) {
    (void)context;
    if (n->op != OP_pad || !n->outputs[0] || n->epilogue) return true;
    int rank = n->inputs[0]->type.rank, axes = rank - 2;
    int64_t total[6];
    padding p;
    node *c = value_only_user(n->outputs[0]);
    if (!c || c->parent != n->parent || rank < 3 || rank > 5 || !constant_padding(n, &p, rank)) return true;
    if ((c->op != OP_conv && c->op != OP_average_pool && c->op != OP_max_pool) || c->inputs[0] != n->outputs[0]) return true;
    window w;
    if (!window_of(c, &w, g->diags)) return false;
    for (int i = 0; i < axes; i++) {
        total[i] = p.amounts[2 + i] + w.pad_begin[i];
        total[axes + i] = p.amounts[rank + 2 + i] + w.pad_end[i];
    }
    if (!may_pad(c, n->inputs[0], p.fill, &w, total)) return true;
    if (c->op == OP_average_pool) node_set_int(c, "count_include_pad", 1);
    if (node_has(c, "auto_pad")) node_set_string(c, "auto_pad", "NOTSET");
    node_set_ints(c, "pads", 2 * axes, total);
    c->name = joined_name(g, n->name, c->name);
    node_set_input(c, 0, n->inputs[0]);
    node_remove(n);
    return true;
}

bool pass_fold_pad(graph *g, const pass_options *o) {
    (void)o;
    return for_each_node(g, fold_one, NULL);
}
