#include "backend/kernels/matmul.h"

#include <string.h>

static operand leading_axes(const value_type *t) {
    operand o = {.elem = t->elem, .rank = t->rank > 2 ? t->rank - 2 : 0};
    for (int i = 0; i < o.rank; i++) o.dims[i] = t->dims[i].size;
    return o;
}

static int64_t count(const operand *o) {
    int64_t n = 1;
    for (int i = 0; i < o->rank; i++) n *= o->dims[i];
    return n;
}

bool product_of(const node *n, product *m) {
    if ((n->op != OP_matmul && n->op != OP_gemm) || !n->outputs[0] || !row_major_accepts(n)) return false;
    const value_type *x = &n->inputs[0]->type, *w = &n->inputs[1]->type, *y = &n->outputs[0]->type;
    *m = (product){.elem = x->elem, .batches = 1, .rows = 1};
    m->trans_x = n->op == OP_gemm && node_int(n, "transA");
    m->trans_w = n->op == OP_gemm && node_int(n, "transB");
    m->w_vector = w->rank == 1;
    if (x->rank > 1) m->rows = type_size(x, m->trans_x ? -1 : -2);
    m->inner = type_size(x, m->trans_x ? -2 : -1);
    m->cols = m->w_vector ? 1 : type_size(w, m->trans_w ? -2 : -1);
    m->x_batch = leading_axes(x);
    m->w_batch = leading_axes(w);
    m->w_batches = count(&m->w_batch);
    int matrix_axes = (x->rank > 1) + (w->rank > 1);
    m->batch_rank = y->rank - matrix_axes;
    for (int i = 0; i < m->batch_rank; i++) m->batches *= m->batch_dims[i] = y->dims[i].size;
    if (m->w_batches == 1 && count(&m->x_batch) == m->batches && !m->trans_x) { /* one w for all: more rows */
        m->rows *= m->batches;
        m->batches = 1;
        m->batch_rank = m->x_batch.rank = m->w_batch.rank = 0;
    }
    return true;
}

static const expr *binary(arena *a, op_code op, const expr *x, const expr *y) {
    const expr e = {.kind = EXPR_OP, .op = (int)op, .dtype = x->dtype, .args = {x, y}, .n_args = 2};
    return arena_copy(a, &e, sizeof e);
}

static const expr *scaled(arena *a, const expr *e, double factor) {
    return factor == 1 ? e : binary(a, OP_mul, e, expr_const(a, factor, e->dtype));
}

const expr *product_tree(arena *a, const node *n) {
    dtype t = n->inputs[0]->type.elem;
    const expr *e = expr_acc(a, t);
    if (n->op == OP_gemm) {
        e = scaled(a, e, node_float(n, "alpha"));
        if (node_input(n, 2) && node_float(n, "beta") != 0)
            e = binary(a, OP_add, e, scaled(a, expr_input(a, 2, t), node_float(n, "beta")));
    }
    return n->epilogue ? expr_substitute(a, n->epilogue, e, NULL) : e;
}

void product_batch_index(text *out, const product *m, const operand *batch, const char *var) {
    text index = {.arena = out->arena};
    number dims[IR_MAX_RANK];
    numbers_known(m->batch_rank, m->batch_dims, dims);
    bool any = put_broadcast_index(&index, batch, m->batch_rank, dims, 0, m->batch_rank, var);
    text_printf(out, any && strchr(index.bytes, ' ') ? "(%s)" : "%s", any ? index.bytes : "0");
}
