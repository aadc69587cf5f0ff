/* Quantisation moves ahead of operators that only move or compare numbers, which then work on bytes, until it meets what
 * dequantised the same bytes: there both cancel. */
#include "passes/quantized.h"

/* f(Q(x)) = Q(f(x)): where numbers come from, or which is the largest, is the same before and after. */
static bool commutes(const node *n) {
    if (n->epilogue || n->prologue || n->n_outputs < 1 || !n->outputs[0]) return false;
    switch (n->op) {
    case OP_reshape:
    case OP_flatten:
    case OP_squeeze:
    case OP_unsqueeze:
    case OP_transpose:
    case OP_slice:
    case OP_global_max_pool:
    case OP_concat: return n->n_outputs == 1;
    case OP_max_pool: return n->n_outputs == 1 || !n->outputs[1] || !n->outputs[1]->uses;
    default: return false;
    }
}

static bool settle(graph *g, node *q);

static bool move_ahead(graph *g, node *q, node *p) {
    value *y = q->outputs[0];
    int n = p->op == OP_concat ? p->n_inputs : 1;
    for (int i = 0; i < n; i++) {
        value *part = new_result(g, p, OP_quantize_linear, 3, (value *[]){p->inputs[i], q->inputs[1], q->inputs[2]});
        if (!part) return false;
        node_set_input(p, i, part);
        if (!settle(g, part->producer)) return false;
    }
    p->outputs[0]->type.quant = NULL;
    if (!infer_node(p, g->diags)) return false;
    p->outputs[0]->name = y->name;
    value_replace_uses(y, p->outputs[0]);
    node_remove(q);
    return true;
}

/* Cancels q or moves it, as far as it goes. */
static bool settle(graph *g, node *q) {
    if (q->op != OP_quantize_linear || !quantizes_as_a_whole(q)) return true;
    const value *x = q->inputs[0];
    affine to = affine_of(q), from;
    value *bytes = dequantized(x, &from);
    if (bytes && from.scale == to.scale && from.zero == to.zero && bytes->type.elem == q->outputs[0]->type.elem) {
        replace_node(g, q, bytes);
        return true;
    }
    node *p = x->producer;
    return !p || p->parent != q->parent || !commutes(p) || value_only_user(x) != q || move_ahead(g, q, p);
}

static bool settle_any(graph *g, node *n, void *context) {
    (void)context;
    return settle(g, n);
}

bool pass_move_quantize(graph *g, const pass_options *o) {
    return pass_remove_dead(g, o) && for_each_node(g, settle_any, NULL) && pass_remove_dead(g, o);
}
