/* Matrix products of any type and shape, one element at a time. */
#include "backend/kernels/matmul.h"

static bool accepts(const node *n) {
    product m;
    return product_of(n, &m) && expr_has_scalar_form(product_tree(n->parent->graph->arena, n));
}

static bool plan_matmul(plan *p, const node *n, step *s) {
    product *m = ARENA_NEW(p->arena, product);
    product_of(n, m);
    step_add_node(p, s, n);
    product_measure(p->arena, s, m);
    s->schedule = m;
    s->macs = WORK(m->batches, m->rows, m->inner, m->cols);
    step_set_open_extent(s, dtype_of(s->out[0].elem)->bits < 8 ? number_known(1) : number_mul(p->arena, m->at.batches, m->at.rows));
    if (s->extent[0].text) s->whole = s->out[0].rank - 1;
    s->summary = arena_printf(p->arena, "%lldx%lldx%lld, plain", (long long)m->rows, (long long)m->inner, (long long)m->cols);
    return true;
}

static void put_result(void *context, text *out, int n, const int64_t *args) {
    (void)n, (void)args;
    const step *s = context;
    const product *m = s->schedule;
    position at = {.step = s, .split = s->out[0].rank, .row = "at", .acc = sum_result(out->arena, m->elem, "sum")};
    put_store(out, product_tree(out->arena, s->node), &at);
}

static void put_batch(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const product *m = ((const step *)context)->schedule;
    product_batch_index(out, m, args[0] ? &m->w_batch : &m->x_batch, "batch");
}

static bool emit_matmul(const plan *p, const step *s, const target *t, text *body) {
    (void)t;
    const product *m = s->schedule;
    template_env *e = template_env_new(body->arena);
    const number all = number_mul(body->arena, m->at.batches, m->at.rows), one = number_known(1);
    template_int(e, "batched", !number_is(m->at.batches, 1));
    template_number(e, "rows", number_is(s->extent[0], 1) ? all : one); /* of one piece of work */
    template_number(e, "rows_total", m->at.rows);
    template_number(e, "inner", m->at.inner);
    template_number(e, "cols", m->at.cols);
    template_number(e, "x_row", m->trans_x ? one : m->at.inner);
    template_number(e, "x_inner", m->trans_x ? m->at.rows : one);
    template_number(e, "w_inner", m->trans_w || m->w_vector ? one : m->at.cols);
    template_number(e, "w_col", m->trans_w ? m->at.inner : one);
    template_text(e, "sum_type", sum_ctype(m->elem));
    template_text(e, "x", sum_term(body->arena, m->elem, "x0", "x"));
    template_text(e, "w", sum_term(body->arena, m->elem, "x1", "w"));
    template_call(e, "store", put_result, (void *)s);
    template_call(e, "batch_index", put_batch, (void *)s);
    return template_expand(e, "backend/kernels/matmul_plain.c.in", body, p->diags);
}

const kernel_family kernel_matmul_plain = {.name = "matmul_plain", .accepts = accepts, .plan = plan_matmul, .emit = emit_matmul, .open = OPEN_ANY};
