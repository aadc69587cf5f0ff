/* Running sums and products along one axis. */
#include "backend/kernels/axes.h"
#include "backend/schedule/schedule.h"

static bool accepts(const node *n) {
    if (n->op != OP_cum_sum && n->op != OP_cum_prod) return false;
    return n->outputs[0] && row_major_accepts(n) && !n->epilogue;
}

typedef struct schedule {
    axes along, across;
} schedule;

static bool plan_cumulate(plan *p, const node *n, step *s) {
    schedule *c = ARENA_NEW(p->arena, schedule);
    s->input_operand[0] = step_add_input(p, s, n->inputs[0]);
    step_add_output(p, s, n->outputs[0]);
    if (!n->inputs[1]->constant) {
        s->input_operand[1] = step_add_input(p, s, n->inputs[1]);
        s->schedule = c;
        s->summary = "along an axis that an input names";
        return true;
    }
    int64_t axis = type_count(&n->inputs[1]->type) == 1 ? constant_int(n->inputs[1]->constant, 0) : INT64_MAX;
    if (axis < -s->in[0].rank || axis >= s->in[0].rank) return node_error(p->diags, n, NULL, "its axis is outside of its input");
    c->along = axes_along(p->arena, &s->in[0], axis);
    c->across = axes_across(p->arena, &s->in[0], axis);
    s->schedule = c;
    step_set_open_extent(s, c->across.count);
    s->summary = arena_printf(p->arena, "%s of %s", number_text(p->arena, c->across.count), number_text(p->arena, c->along.count));
    return true;
}

static bool emit_cumulate(const plan *p, const step *s, const target *t, text *body) {
    (void)t;
    const schedule *c = s->schedule;
    const node *n = s->node;
    arena *a = body->arena;
    dtype elem = s->in[0].elem;
    bool real = dtype_of(elem)->kind == CLASS_FLOAT;
    text store = {.arena = a};
    emit_store(&store, elem, "y0", "at", arena_printf(a, "(%s)sum", compute_ctype(elem)));
    template_env *e = template_env_new(a);
    bool late = !n->inputs[1]->constant;
    template_int(e, "late", late);
    template_int(e, "rank", s->in[0].rank);
    template_text(e, "static", schedule_is_open(n) ? "" : "static ");
    template_text(e, "dims", operand_sizes_text(a, &s->in[0]));
    template_text(e, "length", late ? "length" : number_text(a, c->along.count));
    template_text(e, "stride", late ? "stride" : number_text(a, axes_step(&c->along)));
    template_int(e, "exclusive", node_int(n, "exclusive"));
    template_int(e, "reverse", node_int(n, "reverse"));
    template_int(e, "first", n->op == OP_cum_prod);
    template_text(e, "start", late ? "i / stride * stride * length + i % stride" : axes_index(a, &c->across, "i"));
    template_text(e, "type", real ? "double" : "uint64_t");
    template_text(e, "x", real ? arena_printf(a, "(double)%s", sum_term(a, elem, "x0", "at")) : sum_term(a, elem, "x0", "at"));
    template_text(e, "op", n->op == OP_cum_prod ? "*=" : "+=");
    template_text(e, "store", store.bytes);
    return template_expand(e, "backend/kernels/cumulate.c.in", body, p->diags);
}

const kernel_family kernel_cumulate = {.name = "cumulate", .accepts = accepts, .plan = plan_cumulate, .emit = emit_cumulate, .open = OPEN_ANY};
