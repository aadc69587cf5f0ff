/* Average pooling moves ahead of the 1x1 convolution before it: both are linear and the pooled weights sum to one, so the
 * result is the same, and the convolution has only the pooled positions left to compute (DenseNet's transitions: a
 * quarter). */
#include "passes/rewrite.h"

static bool is_average(const node *n, diagnostics *d) {
    if (n->epilogue || n->prologue || n->n_outputs > 1 || n->inputs[0]->type.elem != DT_F32) return false;
    if (n->op == OP_global_average_pool) return true;
    window w;
    if (n->op != OP_average_pool || !window_of(n, &w, d)) return false;
    int64_t strides = 1;
    for (int i = 0; i < w.n_axes; i++) {
        if (node_int(n, "count_include_pad") && (w.pad_begin[i] || w.pad_end[i])) return false; /* would scale the bias */
        strides *= w.stride[i];
    }
    return strides > 1;
}

static bool is_pointwise(const node *c, diagnostics *d) {
    window w;
    if (c->op != OP_conv || c->epilogue || c->prologue || !window_of(c, &w, d)) return false;
    for (int i = 0; i < w.n_axes; i++)
        if (w.kernel[i] != 1 || w.stride[i] != 1 || w.pad_begin[i] || w.pad_end[i]) return false;
    return true;
}

static bool move_one(graph *g, node *n, void *context) {
    (void)context;
    if ((n->op != OP_average_pool && n->op != OP_global_average_pool) || !is_average(n, g->diags)) return true;
    node *c = n->inputs[0]->producer;
    if (!c || c->parent != n->parent || value_only_user(n->inputs[0]) != n || !is_pointwise(c, g->diags)) return true;
    node *pool = node_new(n->parent, n, n->op, n->name, 1, &c->inputs[0], 1);
    node_copy_attrs(pool, n);
    if (!infer_node(pool, g->diags)) return false;
    node *conv = node_new(n->parent, n, OP_conv, c->name, c->n_inputs, c->inputs, 1);
    node_copy_attrs(conv, c);
    node_set_input(conv, 0, pool->outputs[0]);
    if (!infer_node(conv, g->diags)) return false;
    conv->outputs[0]->name = n->outputs[0]->name;
    value_replace_uses(n->outputs[0], conv->outputs[0]);
    node_remove(n);
    node_remove(c);
    return true;
}

bool pass_move_pool(graph *g, const pass_options *o) {
    (void)o;
    return for_each_node(g, move_one, NULL);
}
