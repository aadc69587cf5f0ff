/* Fused elementwise expressions on NCHW16c. */
#include "backend/kernels/c16.h"



static bool accepts(const node *n) {
    if (!n->n_outputs || !n->outputs[0] || !c16_is(n->outputs[0]) || n->prologue) return false;
    return n->op == OP_fused && expr_has_vector_form(n->epilogue);
}

static bool plan_elementwise(plan *p, const node *n, step *s) {
    const value_type *out = &n->outputs[0]->type;
    c16_add_extras(p, s, n, 0);
    step_add_output(p, s, n->outputs[0]);
    s->flops = type_count(out);
    step_set_extent_before(p, s, 3);
    return true;
}

static void put_result(void *context, text *out, int n, const int64_t *args) {
    (void)n, (void)args;
    c16_epilogue(out, &(c16_leaf){context, false, 0, 0, 0, ""});
}

static bool emit_elementwise(const plan *p, const step *s, const target *machine, text *body) {
    (void)machine;
    const operand *y = &s->out[0];
    template_env *e = template_env_new(body->arena);
    template_text(e, "store", c16_store(y->elem));
    template_int(e, "batch", y->dims[0]);
    template_int(e, "channel_blocks", c16_blocks(y->dims[1]));
    template_number(e, "height", operand_size(y, 2));
    template_number(e, "width", operand_size(y, 3));
    template_call(e, "result", put_result, (void *)s);
    template_call(e, "target", c16_put_target, (void *)s);
    return template_expand(e, "backend/kernels/elementwise_c16.c.in", body, p->diags);
}

const kernel_family kernel_elementwise_c16 = {.name = "elementwise_c16", .accepts = accepts, .plan = plan_elementwise, .emit = emit_elementwise,
                                              .constant_time = step_always_constant_time, .open = OPEN_PLANES};
