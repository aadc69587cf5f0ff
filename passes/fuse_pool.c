/* Max pooling in windows that do not overlap moves into the convolution before it: the tile in registers is reduced
 * before it is stored, and the large intermediate is never written. An epilogue in between stays behind the pooling,
 * which is exact (and less work) when it is monotone: max(relu(x)) = relu(max(x)). The pooling's own epilogue follows. */
#include "passes/rewrite.h"

enum { LARGEST = 4 }; /* window side: the register tile must hold whole windows */

/* A number, or a constant of n, that is above zero everywhere. */
static bool is_positive(const node *n, const expr *e) {
    if (e->kind == EXPR_CONST) return e->value > 0;
    const constant *c = e->kind == EXPR_INPUT ? n->inputs[e->input]->constant : NULL;
    if (!c || c->type.elem != DT_F32) return false;
    for (int64_t i = 0; i < type_count(&c->type); i++)
        if (!(((const float *)c->data)[i] > 0)) return false;
    return true;
}

/* In its first argument: whatever the attributes are, or with these. */
static bool keeps_order(const node *n, const expr *e) {
    if (op_of((op_code)e->op)->props & PROP_MONOTONE) return true;
    if (e->op == OP_mul) return is_positive(n, e->args[1]); /* of sums of bytes by scales */
    if (e->op == OP_cast) return e->args[0]->kind == EXPR_ACC && n->op == OP_conv_integer && e->dtype == DT_F32;
    return (e->op == OP_leaky_relu || e->op == OP_hard_sigmoid) && node_float(e->attrs, "alpha") >= 0;
}

/* The epilogue of n, or a part of it. */
static bool is_monotone(const node *n, const expr *e) {
    if (!e || e->kind == EXPR_ACC) return true;
    if (e->kind != EXPR_OP || !keeps_order(n, e)) return false;
    for (int i = 1; i < e->n_args; i++)
        if (e->args[i]->kind != EXPR_CONST && e->op != OP_mul) return false;
    return is_monotone(n, e->args[0]);
}

static bool tiles_plane(const node *pool, int64_t *sides, diagnostics *d) {
    window w;
    if (pool->n_outputs > 1 || node_int(pool, "ceil_mode") || !window_of(pool, &w, d) || w.n_axes != 2) return false;
    for (int i = 0; i < 2; i++) {
        if (w.pad_begin[i] || w.pad_end[i] || w.dilation[i] != 1 || w.kernel[i] != w.stride[i] || w.kernel[i] > LARGEST) return false;
        sides[i] = w.kernel[i];
    }
    return sides[0] * sides[1] > 1;
}

/* The convolution's epilogue, then the pooling's, whose operands move to f. */
static const expr *both_epilogues(graph *g, node *f, const node *conv, const node *pool) {
    int map[64] = {0};
    if (!pool->epilogue) return conv->epilogue;
    for (int i = pool->n_core_inputs; i < pool->n_inputs; i++) map[i] = node_add_input(f, pool->inputs[i]);
    return expr_substitute(g->arena, pool->epilogue, conv->epilogue, map);
}

/* The convolution's operator with pooling; 0: there is none, or it cannot be exchanged with what comes between. */
static op_code pooled_op(const node *c, const node *pool) {
    if (!c || c->parent != pool->parent || value_only_user(pool->inputs[0]) != pool || !is_monotone(c, c->epilogue)) return (op_code)0;
    if (c->op == OP_conv && c->n_inputs == c->n_core_inputs && pool->inputs[0]->type.elem == DT_F32) return OP_conv_max_pool;
    int count = 0;
    if (c->op == OP_conv_integer) node_ints(c, "pool", &count);
    return c->op == OP_conv_integer && c->epilogue && !count && !pool->epilogue ? OP_conv_integer : (op_code)0;
}

static bool fuse_one(graph *g, node *n, void *context) {
    (void)context;
    int64_t sides[2];
    if (n->op != OP_max_pool || n->inputs[0]->type.rank != 4) return true;
    node *c = n->inputs[0]->producer;
    const op_code op = pooled_op(c, n);
    if (!op || n->n_inputs > 60 || node_int(c, "group") != 1 || !tiles_plane(n, sides, g->diags)) return true;
    node *f = node_new(n->parent, n, op, joined_name(g, c->name, n->name), c->n_core_inputs, c->inputs, 1);
    node_copy_attrs(f, c);
    node_set_ints(f, "pool", 2, sides);
    if (!infer_node(f, g->diags)) return false;
    for (int i = c->n_core_inputs; i < c->n_inputs; i++) node_add_input(f, c->inputs[i]);
    f->epilogue = both_epilogues(g, f, c, n);
    f->outputs[0]->type.elem = n->outputs[0]->type.elem;
    if (!conv_fits_c16(f)) { /* which is the layout that it has kernels for */
        node_remove(f);
        return true;
    }
    f->outputs[0]->name = n->outputs[0]->name;
    value_replace_uses(n->outputs[0], f->outputs[0]);
    node_remove(n);
    node_remove(c);
    return true;
}

bool pass_fuse_pool(graph *g, const pass_options *o) { return !o->conv_layouts || for_each_node(g, fuse_one, NULL); }
