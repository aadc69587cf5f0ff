/* Determinants by elimination with pivots. */
#include "backend/kernels/row_major.h"

static bool accepts(const node *n) {
    return n->op == OP_det && n->outputs[0] && row_major_accepts(n) && dtype_of(n->inputs[0]->type.elem)->kind == CLASS_FLOAT;
}

static bool plan_det(plan *p, const node *n, step *s) {
    step_add_node(p, s, n);
    int64_t size = s->in[0].dims[s->in[0].rank - 1];
    step_add_scratch(p, s, size * size * (int64_t)sizeof(double)); /* one for all matrices: one thread */
    s->summary = "elimination";
    return true;
}

static void put_result(void *context, text *out, int n, const int64_t *args) {
    (void)n, (void)args;
    const step *s = context;
    position at = {.step = s, .split = s->out[0].rank, .row = "i", .acc = "result"};
    put_store(out, result_tree(out->arena, s->node, s->in[0].elem), &at);
}

static bool emit_det(const plan *p, const step *s, const target *t, text *body) {
    (void)t;
    template_env *e = template_env_new(body->arena);
    template_int(e, "size", s->in[0].dims[s->in[0].rank - 1]);
    template_number(e, "matrices", operand_count(body->arena, &s->out[0], 0, s->out[0].rank));
    template_text(e, "type", compute_ctype(s->in[0].elem));
    template_text(e, "x", sum_term(body->arena, s->in[0].elem, "x0", "at"));
    template_call(e, "store", put_result, (void *)s);
    return template_expand(e, "backend/kernels/det.c.in", body, p->diags);
}

const kernel_family kernel_det = {.name = "det", .accepts = accepts, .plan = plan_det, .emit = emit_det, .open = OPEN_ANY};
