/* Elementwise operators become `fused` nodes, and a fused node takes in those of its operands that are fused, have its
 * shape and are read by nobody else: one pass over memory instead of several. */
#include "passes/rewrite.h"

#include <math.h>
#include <string.h>

enum { MOST_INPUTS = 12, MOST_OPERATORS = 48 }; /* the tree is written out in full: keep what people read short */

static int tree_size(const expr *e) {
    int n = e->kind == EXPR_OP;
    for (int i = 0; i < e->n_args && n < 1000; i++) n += tree_size(e->args[i]);
    return n;
}

/* Index of v among the inputs of n, added if new. */
static int input_index(node *n, value *v) {
    for (int i = 0; i < n->n_inputs; i++)
        if (n->inputs[i] == v) return i;
    return node_add_input(n, v);
}

/* Whether the result has its rank without the constant v. */
static bool adds_no_axes(const node *n, const value *v) {
    for (int i = 0; i < n->n_inputs; i++)
        if (n->inputs[i] && !n->inputs[i]->constant && n->inputs[i]->type.rank >= v->type.rank) return true;
    return false;
}

/* A scalar constant is part of the text; anything else is an input of the fused node made from n. */
static const expr *operand_expr(graph *g, node *fused, const node *n, value *v) {
    double x;
    if (constant_scalar(v, &x) && adds_no_axes(n, v)) return expr_const(g->arena, x, v->type.elem);
    return expr_input(g->arena, input_index(fused, v), v->type.elem);
}

/* Clip's absent bounds are infinite. */
static const expr *absent_expr(graph *g, const node *n, int i) {
    return expr_const(g->arena, i == 1 ? -(double)INFINITY : (double)INFINITY, n->inputs[0]->type.elem);
}

static bool is_fusable(const node *n) {
    if (!(op_of(n->op)->props & PROP_ELEMENTWISE) || n->n_outputs != 1 || n->epilogue || n->n_inputs < 1 || n->n_inputs > 3) return false;
    if (n->outputs[0]->type.kind != TYPE_TENSOR || dtype_of(n->outputs[0]->type.elem)->kind == CLASS_STRING) return false;
    bool real = dtype_of(n->inputs[0]->type.elem)->kind == CLASS_FLOAT;
    for (int i = 0; i < n->n_inputs; i++) {
        if (!n->inputs[i] && (n->op != OP_clip || !i || !real)) return false;
        if (n->inputs[i] && n->inputs[i]->type.kind != TYPE_TENSOR) return false;
    }
    return true;
}

static node *wrap(graph *g, node *n) {
    node *f = node_new(n->parent, n, OP_fused, n->name, 0, NULL, 1);
    f->outputs[0]->type = n->outputs[0]->type;
    f->outputs[0]->name = n->outputs[0]->name;
    const expr *args[3] = {NULL};
    int n_args = n->op == OP_clip ? 3 : n->n_inputs;
    for (int i = 0; i < n_args; i++) {
        value *v = i < n->n_inputs ? n->inputs[i] : NULL;
        args[i] = v ? operand_expr(g, f, n, v) : absent_expr(g, n, i);
    }
    f->epilogue = expr_op(g->arena, n, f->outputs[0]->type.elem, n_args, args);
    value_replace_uses(n->outputs[0], f->outputs[0]);
    node_remove(n);
    return f;
}

/* Input i of f is computed by fused node p: p's tree takes its place. */
static void absorb(graph *g, node *f, int i, node *p) {
    int theirs[MOST_INPUTS], ours[2 * MOST_INPUTS];
    for (int k = 0; k < f->n_inputs; k++) ours[k] = k;
    for (int k = 0; k < p->n_inputs; k++) theirs[k] = input_index(f, p->inputs[k]);
    f->epilogue = expr_rebind(g->arena, f->epilogue, i, expr_substitute(g->arena, p->epilogue, NULL, theirs), ours);
    f->name = joined_name(g, p->name, f->name);
}

/* Inputs that the tree reads no more go; the others move up. */
static void drop_unused_inputs(graph *g, node *f) {
    node *clean = node_new(f->parent, f, OP_fused, f->name, 0, NULL, 1);
    int map[2 * MOST_INPUTS + 4];
    bool used[2 * MOST_INPUTS + 4] = {false};
    const expr *stack[256];
    int depth = 0;
    stack[depth++] = f->epilogue;
    while (depth) {
        const expr *e = stack[--depth];
        if (e->kind == EXPR_INPUT) used[e->input] = true;
        for (int i = 0; i < e->n_args && depth < 250; i++) stack[depth++] = e->args[i];
    }
    for (int i = 0; i < f->n_inputs; i++) map[i] = used[i] ? node_add_input(clean, f->inputs[i]) : -1;
    clean->epilogue = expr_substitute(g->arena, f->epilogue, NULL, map);
    clean->outputs[0]->type = f->outputs[0]->type;
    clean->outputs[0]->name = f->outputs[0]->name;
    value_replace_uses(f->outputs[0], clean->outputs[0]);
    node_remove(f);
}

/* Bytes made of sums of products: they belong into the epilogue of what sums, where fuse_epilogue puts the next node too. */
static bool is_saturated_sum(const node *p) {
    bool byte = dtype_of(p->outputs[0]->type.elem)->bits == 8, sums = false;
    for (int i = 0; i < p->n_inputs; i++) sums |= p->inputs[i]->producer && p->inputs[i]->producer->op == OP_conv_integer;
    return byte && sums;
}

static bool can_absorb(const node *f, const value *v) {
    const node *p = v->producer;
    return p && p->op == OP_fused && p->parent == f->parent && value_only_user(v) == f && type_is_bounded(&v->type) &&
           type_same_shape(&v->type, &f->outputs[0]->type) &&
           f->n_inputs + p->n_inputs <= MOST_INPUTS && !is_saturated_sum(p) && tree_size(f->epilogue) + 2 * tree_size(p->epilogue) <= MOST_OPERATORS;
}

static bool fuse_one(graph *g, node *n, void *context) {
    (void)context;
    if (!is_fusable(n)) return true;
    node *f = wrap(g, n), *absorbed[MOST_INPUTS];
    int n_absorbed = 0;
    for (int i = 0; i < f->n_inputs && n_absorbed < MOST_INPUTS; i++) {
        if (!can_absorb(f, f->inputs[i])) continue;
        absorbed[n_absorbed] = f->inputs[i]->producer;
        absorb(g, f, i, absorbed[n_absorbed++]);
    }
    if (n_absorbed) drop_unused_inputs(g, f);
    for (int i = 0; i < n_absorbed; i++) node_remove(absorbed[i]);
    return true;
}

bool pass_fuse_elementwise(graph *g, const pass_options *o) {
    (void)o;
    return for_each_node(g, fuse_one, NULL);
}
