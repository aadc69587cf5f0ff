/* Discrete Fourier transforms along an axis of open size: there is no plan for all sizes, so that each bin is summed as it is
 * defined, in double precision. That takes points * points steps. */
#include "ir/fourier.h"

#include "backend/kernels/row_major.h"

typedef struct schedule {
    int axis;
    number points;
} schedule;

static bool accepts(const node *n) {
    const dtype t = n->inputs[0]->type.elem;
    return n->op == OP_dft && n->outputs[0] && row_major_accepts(n) && !n->epilogue && (t == DT_F32 || t == DT_F64) && !dft_is_fixed(n);
}

static bool plan_direct(plan *p, const node *n, step *s) {
    schedule *c = ARENA_NEW(p->arena, schedule);
    const dft_node d = dft_of(n);
    s->input_operand[0] = step_add_input(p, s, n->inputs[0]);
    s->input_operand[1] = s->input_operand[2] = -1;
    step_add_output(p, s, n->outputs[0]);
    step_add_scratch(p, s, d.points * 2 * (int64_t)sizeof(double)); /* one table for all lines: one thread */
    c->axis = dft_axis(n), c->points = step_size(p, s, dft_points(n));
    s->schedule = c;
    s->flops = WORK(d.outer, d.inner, d.points, d.out, 8);
    s->summary = arena_printf(p->arena, "%s points, each bin a sum of all", number_text(p->arena, c->points));
    return true;
}

static bool emit_direct(const plan *p, const step *s, const target *t, text *body) {
    (void)t;
    const schedule *c = s->schedule;
    const operand *x = &s->in[0], *y = &s->out[0];
    arena *a = body->arena;
    const bool inverse = node_int(s->node, "inverse");
    const number inner = operand_count(a, x, c->axis + 1, x->rank - 1);
    template_env *e = template_env_new(a);
    template_text(e, "type", x->elem == DT_F64 ? "double" : "float");
    template_int(e, "inverse", inverse), template_int(e, "half", inverse && node_int(s->node, "onesided"));
    template_number(e, "points", c->points), template_number(e, "inner", inner);
    template_number(e, "lines", number_mul(a, operand_count(a, x, 0, c->axis), inner));
    template_number(e, "in", operand_size(x, c->axis)), template_number(e, "out", operand_size(y, c->axis));
    template_number(e, "parts", operand_size(x, x->rank - 1)), template_number(e, "out_parts", operand_size(y, y->rank - 1));
    template_text(e, "imaginary", x->dims[x->rank - 1] > 1 ? "(double)z[1]" : "0.0");
    return template_expand(e, "backend/kernels/fourier_direct.c.in", body, p->diags);
}

const kernel_family kernel_fourier_direct = {
    .name = "fourier_direct", .accepts = accepts, .plan = plan_direct, .emit = emit_direct, .constant_time = step_always_constant_time, .open = OPEN_ANY};
