/* Max pooling in windows that do not overlap moves into the convolution before it: the tile in registers is reduced
 * before it is stored, and the large intermediate is never written. An epilogue in between stays behind the pooling,
 * which is exact (and less work) when it is monotone: max(relu(x)) = relu(max(x)). The pooling's own epilogue follows. */
#include "passes/rewrite.h"

enum { LARGEST = 4 }; /* window side: the register tile must hold whole windows */

/* Whatever their attributes are, or with these. */
static bool keeps_order(const expr *e) {
    if (op_of((op_code)e->op)->props & PROP_MONOTONE) return true;
    return (e->op == OP_leaky_relu || e->op == OP_hard_sigmoid) && node_float(e->attrs, "alpha") >= 0;
}

static bool is_monotone(const expr *e) {
    if (!e || e->kind == EXPR_ACC) return true;
    if (e->kind != EXPR_OP || !keeps_order(e)) return false;
    for (int i = 1; i < e->n_args; i++)
        if (e->args[i]->kind != EXPR_CONST) return false;
    return is_monotone(e->args[0]);
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

static bool fuse_one(graph *g, node *n, void *context) {
    (void)context;
    int64_t sides[2];
    if (n->op != OP_max_pool || n->inputs[0]->type.elem != DT_F32 || n->inputs[0]->type.rank != 4) return true;
    node *c = n->inputs[0]->producer;
    if (!c || c->op != OP_conv || c->parent != n->parent || value_only_user(n->inputs[0]) != n || !is_monotone(c->epilogue)) return true;
    if (c->n_inputs != c->n_core_inputs || n->n_inputs > 60 || node_int(c, "group") != 1 || !tiles_plane(n, sides, g->diags)) return true;
    node *f = node_new(n->parent, n, OP_conv_max_pool, joined_name(g, c->name, n->name), c->n_inputs, c->inputs, 1);
    node_copy_attrs(f, c);
    node_set_ints(f, "pool", 2, sides);
    if (!infer_node(f, g->diags)) return false;
    f->epilogue = both_epilogues(g, f, c, n);
    f->outputs[0]->name = n->outputs[0]->name;
    value_replace_uses(n->outputs[0], f->outputs[0]);
    node_remove(n);
    node_remove(c);
    return true;
}

bool pass_fuse_pool(graph *g, const pass_options *o) { return !o->conv_layouts || for_each_node(g, fuse_one, NULL); }
