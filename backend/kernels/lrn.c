/* Local response normalisation across channels. */
#include "backend/kernels/row_major.h"

static bool accepts(const node *n) {
    return n->op == OP_lrn && n->outputs[0] && row_major_accepts(n) && dtype_of(n->inputs[0]->type.elem)->kind == CLASS_FLOAT;
}

static bool plan_lrn(plan *p, const node *n, step *s) {
    step_add_node(p, s, n);
    int64_t plane = 1;
    for (int k = 2; k < s->in[0].rank; k++) plane *= s->in[0].dims[k];
    s->flops = WORK(s->in[0].dims[0], s->in[0].dims[1], plane, node_int(n, "size"));
    step_set_extent_before(p, s, 2);
    s->summary = "row-major";
    return true;
}

static void put_result(void *context, text *out, int n, const int64_t *args) {
    (void)n, (void)args;
    const step *s = context;
    position at = {.step = s, .split = s->out[0].rank, .row = "at", .acc = "result"};
    put_store(out, result_tree(out->arena, s->node, s->in[0].elem), &at);
}

static bool emit_lrn(const plan *p, const step *s, const target *t, text *body) {
    (void)t;
    const operand *x = &s->in[0];
    const node *n = s->node;
    arena *a = body->arena;
    int64_t size = node_int(n, "size");
    const number plane = operand_count(a, x, 2, x->rank);
    double beta = node_float(n, "beta");
    text element = {.arena = a}, other = {.arena = a};
    emit_load(&element, x->elem, "x0", "at");
    emit_load(&other, x->elem, "x0", arena_printf(a, "at + (k - c) * %s", number_text(a, plane)));
    template_env *e = template_env_new(a);
    template_number(e, "channels", operand_size(x, 1));
    template_number(e, "plane", plane);
    template_int(e, "before", (size - 1) / 2);
    template_int(e, "after", size - 1 - (size - 1) / 2);
    template_int(e, "roots", beta == 0.75); /* x^0.75 by two square roots */
    template_int(e, "vector", beta == 0.75 && x->elem == DT_F32 && (plane.text || plane.n >= 16) && !n->epilogue);
    template_text(e, "alpha", arena_printf(a, "%.9g", node_float(n, "alpha") / (double)size));
    template_text(e, "beta", arena_printf(a, "%.9g", beta));
    template_text(e, "bias", arena_printf(a, "%.9g", node_float(n, "bias")));
    template_text(e, "type", compute_ctype(x->elem));
    template_text(e, "x", element.bytes);
    template_text(e, "other", other.bytes);
    template_call(e, "store", put_result, (void *)s);
    return template_expand(e, "backend/kernels/lrn.c.in", body, p->diags);
}

const kernel_family kernel_lrn = {.name = "lrn", .accepts = accepts, .plan = plan_lrn, .emit = emit_lrn, .open = OPEN_ANY};
