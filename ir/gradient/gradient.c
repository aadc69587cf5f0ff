#include "ir/gradient/gradient.h"

#define GRADIENT(op, rule) gradient_fn gradient_##rule;
#include "ir/gradient/rules.def"
#undef GRADIENT

static gradient_fn *const rules[OP_COUNT] = {
#define GRADIENT(op, rule) [OP_##op] = gradient_##rule,
#include "ir/gradient/rules.def"
#undef GRADIENT
};

bool gradient_wanted(const backward *b, const node *n, int input) {
    const value *v = node_input(n, input);
    return v && b->wanted[v->id];
}

void gradient_add(backward *b, const node *n, int input, value *dx) {
    if (b->failed) return;
    value **sum = &b->gradients[n->inputs[input]->id];
    *sum = *sum ? back2(b, OP_add, *sum, dx) : dx;
}

void gradient_refuse(backward *b, const node *n, const char *why) {
    if (!b->failed) node_error(b->graph->diags, n, "no gradient passes through this layer: cut the network behind it, or differentiate by a later value", "%s", why);
    b->failed = true;
}

static bool is_differentiable(const value *v) { return v->type.kind == TYPE_TENSOR && dtype_of(v->type.elem)->kind == CLASS_FLOAT; }

static bool reads_wanted(const backward *b, const node *n) {
    for (int i = 0; i < n->n_inputs; i++)
        if (n->inputs[i] && b->wanted[n->inputs[i]->id]) return true;
    int count = 0;
    value **captured = n->n_regions ? node_captures(n, b->graph->arena, &count) : NULL;
    for (int i = 0; i < count; i++)
        if (b->wanted[captured[i]->id]) return true;
    return false;
}

/* Floats that depend on x. */
static void mark_wanted(backward *b, const value *x) {
    b->wanted[x->id] = true;
    for (const node *n = b->graph->body->first; n; n = n->next) {
        bool reads = reads_wanted(b, n);
        for (int i = 0; reads && i < n->n_outputs; i++)
            if (n->outputs[i]) b->wanted[n->outputs[i]->id] = is_differentiable(n->outputs[i]);
    }
}

static bool is_static(const node *n) {
    for (int i = 0; i < n->n_inputs; i++)
        if (n->inputs[i] && !type_is_static(&n->inputs[i]->type)) return false;
    for (int i = 0; i < n->n_outputs; i++)
        if (n->outputs[i] && !type_is_static(&n->outputs[i]->type)) return false;
    return true;
}

static void pass_back(backward *b, const node *n) {
    value **dy = ARENA_ARRAY(b->graph->arena, value *, n->n_outputs);
    bool any = false;
    for (int i = 0; i < n->n_outputs; i++) {
        dy[i] = n->outputs[i] && b->wanted[n->outputs[i]->id] ? b->gradients[n->outputs[i]->id] : NULL;
        any |= dy[i] != NULL;
    }
    if (!any) return;
    if (!rules[n->op]) gradient_refuse(b, n, "there is no rule for its gradient");
    else if (!is_static(n)) gradient_refuse(b, n, "a gradient needs shapes of numbers: give its dimensions sizes");
    else rules[n->op](b, n, dy);
}

value *graph_gradient(graph *g, value *y, value *dy, value *x, relu_rule relu) {
    int count = g->next_value;
    backward b = {.graph = g, .relu = relu, .wanted = ARENA_ARRAY(g->arena, bool, count), .gradients = ARENA_ARRAY(g->arena, value *, count)};
    mark_wanted(&b, x);
    b.gradients[y->id] = dy;
    for (const node *n = g->body->last; n && !b.failed; n = n->prev)
        pass_back(&b, n); /* what it builds comes behind the last */
    if (b.failed) return NULL;
    value *dx = b.gradients[x->id];
    return dx ? dx : back_expanded(&b, back_scalar(&b, x, 0), &x->type);
}
