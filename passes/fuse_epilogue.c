/* A fused elementwise node moves into the epilogue of the convolution, product or pooling that computes one of its
 * operands: bias, activation, residual addition and per-channel scaling then happen in registers, before the result is
 * stored for the first time. When several operands qualify (a projection shortcut and the main branch of a residual
 * block) it is the one computed last, so that the other is there when it is read. */
#include "passes/rewrite.h"

static bool takes_epilogue(const node *p) {
    switch (p->op) {
    case OP_conv_integer: return p->n_outputs == 1; /* what it has may be the beginning of more */
    case OP_conv:
    case OP_conv_transpose:
    case OP_gemm:
    case OP_matmul:
    case OP_max_pool:
    case OP_average_pool:
    case OP_adaptive_average_pool:
    case OP_adaptive_max_pool:
    case OP_global_average_pool:
    case OP_global_max_pool: return !p->epilogue && p->n_outputs == 1;
    default: return false;
    }
}

/* f32 throughout; kernels on bytes sum in f32 or i32 and give back what the expression makes of it. */
static bool types_fit(const node *p, const value *v, const value *result) {
    dtype in = p->inputs[0]->type.elem;
    bool bytes = in == DT_U8 || in == DT_I8;
    if (p->epilogue) return v->type.elem == DT_U8 || v->type.elem == DT_I8;
    return v->type.elem == (p->op == OP_conv_integer ? DT_I32 : DT_F32) && (bytes || result->type.elem == DT_F32);
}

/* What a kernel's epilogue can read at a position: the same shape, one number a channel, or one number. */
static bool fits(const value *v, const value_type *result) {
    bool byte = v->type.elem == DT_U8 || v->type.elem == DT_I8;
    if ((v->type.elem != DT_F32 && (v->constant || !byte)) || !type_is_bounded(&v->type)) return false;
    if (type_same_shape(&v->type, result) && !v->constant) return true;
    if (byte) return false;
    if (result->rank < 2) return false;
    int64_t channels = type_size(result, 1);
    if (v->constant) {
        int axis = v->type.rank - (result->rank - 1);
        return type_count(&v->type) == channels && axis >= 0 && type_size(&v->type, axis) == channels;
    }
    bool per_channel = type_is_static(&v->type) && v->type.rank == result->rank && type_size(&v->type, 0) == type_size(result, 0) && type_size(&v->type, 1) == channels;
    return per_channel && type_count(&v->type) == type_size(result, 0) * channels;
}

/* One number for each column of a product, its last axis. */
static bool is_bias_of_product(const node *p, const node *f, const value *v) {
    if ((p->op != OP_matmul && p->op != OP_gemm) || f->n_inputs != 2 || !v->constant || v->type.elem != DT_F32 || !v->type.rank) return false;
    const value_type *y = &p->outputs[0]->type;
    int64_t columns = y->rank && dim_is_number(y->dims[y->rank - 1]) ? type_size(y, -1) : 0;
    return type_size(&v->type, -1) == columns && type_count(&v->type) == columns;
}

static bool is_candidate(const node *f, int input) {
    const value *v = f->inputs[input];
    const node *p = v->producer;
    if (!p || p->parent != f->parent || !takes_epilogue(p) || value_only_user(v) != f) return false;
    if (!types_fit(p, v, f->outputs[0]) || !type_is_bounded(&v->type) || !type_same_shape(&v->type, &f->outputs[0]->type)) return false;
    for (int i = 0; i < f->n_inputs; i++)
        if (i != input && !fits(f->inputs[i], &v->type) && !is_bias_of_product(p, f, f->inputs[i])) return false;
    return true;
}

static bool comes_later(const node *x, const node *y) {
    for (const node *n = y; n; n = n->next)
        if (n == x) return true;
    return false;
}

static void fuse(graph *g, node *f, int input) {
    node *p = f->inputs[input]->producer;
    int map[64];
    for (int i = 0; i < f->n_inputs; i++) map[i] = i == input ? 0 : node_add_input(p, f->inputs[i]);
    /* INPUT `input` is what p computes; the others moved to p's list */
    const expr *result = p->epilogue ? p->epilogue : expr_acc(g->arena, f->inputs[input]->type.elem);
    p->epilogue = expr_rebind(g->arena, f->epilogue, input, result, map);
    p->name = joined_name(g, p->name, f->name);
    node_move_before(p, f);
    p->outputs[0]->name = f->outputs[0]->name;
    p->outputs[0]->type.elem = f->outputs[0]->type.elem;
    value_replace_uses(f->outputs[0], p->outputs[0]);
    node_remove(f);
}

static bool fuse_one(graph *g, node *f, void *context) {
    (void)context;
    if (f->op != OP_fused || f->n_inputs > 60) return true;
    int best = -1;
    for (int i = 0; i < f->n_inputs; i++)
        if (is_candidate(f, i) && (best < 0 || comes_later(f->inputs[i]->producer, f->inputs[best]->producer))) best = i;
    if (best >= 0) fuse(g, f, best);
    return true;
}

bool pass_fuse_epilogue(graph *g, const pass_options *o) {
    (void)o;
    return for_each_node(g, fuse_one, NULL);
}
