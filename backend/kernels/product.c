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
    for (int i = 0; i < m->batch_rank; i++) m->batches *= y->dims[i].size;
    if (m->w_batches == 1 && count(&m->x_batch) == m->batches && !m->trans_x) { /* one w for all: more rows */
        m->joined = true;
        m->rows *= m->batches;
        m->batches = 1;
        m->batch_rank = m->x_batch.rank = m->w_batch.rank = 0;
    }
    return true;
}

/* A constant w may be packed: its sizes are known. */
static void name_sizes(operand *batch, const operand *x) {
    for (int i = 0; i < batch->rank && x->value; i++) batch->open[i] = x->open[i];
}

void product_measure(arena *a, const step *s, product *m) {
    const operand *x = &s->in[s->input_operand[0]], *y = &s->out[0];
    name_sizes(&m->x_batch, x);
    name_sizes(&m->w_batch, &s->in[s->input_operand[1]]);
    m->at.batches = operand_count(a, y, 0, m->batch_rank);
    for (int i = 0; i < m->batch_rank; i++) m->at.batch_dims[i] = operand_size(y, i);
    m->at.rows = x->rank < 2 ? number_known(1) : m->joined ? operand_count(a, x, 0, x->rank - 1) : operand_size(x, x->rank - (m->trans_x ? 1 : 2));
    m->at.inner = operand_size(x, x->rank - (m->trans_x ? 2 : 1));
    m->at.cols = m->w_vector ? number_known(1) : operand_size(y, y->rank - 1);
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
    bool any = put_broadcast_index(&index, batch, m->batch_rank, m->at.batch_dims, 0, m->batch_rank, var);
    text_printf(out, any && strchr(index.bytes, ' ') ? "(%s)" : "%s", any ? index.bytes : "0");
}
