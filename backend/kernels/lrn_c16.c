/* Local response normalisation across channels (Krizhevsky et al. 2012) on NCHW16c. */
#include "backend/kernels/c16.h"

static bool accepts(const node *n) {
    return n->op == OP_lrn && n->outputs[0] && c16_is(n->outputs[0]) && c16_is(n->inputs[0]) && !n->prologue &&
           (!n->epilogue || expr_has_vector_form(n->epilogue));
}

static bool plan_lrn(plan *p, const node *n, step *s) {
    s->input_operand[0] = step_add_input(p, s, n->inputs[0]);
    c16_add_extras(p, s, n, n->n_core_inputs);
    step_add_output(p, s, n->outputs[0]);
    s->flops = WORK(type_count(&n->outputs[0]->type), node_int(n, "size"));
    step_set_extent_before(p, s, 3);
    return true;
}

static void put_result(void *context, text *out, int n, const int64_t *args) {
    (void)n, (void)args;
    c16_epilogue(out, &(c16_leaf){context, false, 0, 0, 0, "a"});
}

static void put_source(void *context, text *out, int n, const int64_t *args) {
    (void)n, (void)args;
    const step *s = context;
    c16_address(out, "x0", &s->in[0], false, 0, 0, 0);
}

static bool emit_lrn(const plan *p, const step *s, const target *machine, text *body) {
    (void)machine;
    const operand *x = &s->in[0], *y = &s->out[0];
    const node *n = s->node;
    arena *a = body->arena;
    const int64_t size = node_int(n, "size");
    template_env *e = template_env_new(a);
    template_text(e, "type", dtype_of(x->elem)->ctype);
    template_text(e, "load", c16_load(x->elem));
    template_text(e, "store", c16_store(y->elem));
    template_int(e, "batch", y->dims[0]);
    template_int(e, "channel_blocks", c16_blocks(y->dims[1]));
    template_int(e, "block", x->block);
    template_number(e, "height", operand_size(y, 2));
    template_number(e, "width", operand_size(y, 3));
    template_int(e, "before", (size - 1) / 2);
    template_int(e, "after", size - 1 - (size - 1) / 2);
    template_text(e, "alpha", arena_printf(a, "%.9g", node_float(n, "alpha") / (double)size));
    template_text(e, "bias", arena_printf(a, "%.9g", node_float(n, "bias")));
    template_call(e, "source", put_source, (void *)s);
    template_call(e, "result", put_result, (void *)s);
    template_call(e, "target", c16_put_target, (void *)s);
    return template_expand(e, "backend/kernels/lrn_c16.c.in", body, p->diags);
}

const kernel_family kernel_lrn_c16 = {.name = "lrn_c16", .accepts = accepts, .plan = plan_lrn, .emit = emit_lrn,
                                      .constant_time = step_always_constant_time, .open = OPEN_PLANES};
