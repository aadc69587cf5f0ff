/* The order of elements along one axis: arg_max, arg_min, top_k. */
#include "backend/kernels/axes.h"

typedef struct schedule {
    axes from, across, to; /* along the axis in the input, across it, along it in the output */
    axes to_across;
} schedule;

static bool accepts(const node *n) {
    if (n->op == OP_top_k)
        return row_major_accepts(n) && !n->epilogue;
    return (n->op == OP_arg_max || n->op == OP_arg_min) && n->outputs[0] && row_major_accepts(n) && !n->epilogue;
}

static bool plan_order(plan *p, const node *n, step *s) {
    schedule *c = ARENA_NEW(p->arena, schedule);
    s->input_operand[0] = step_add_input(p, s, n->inputs[0]);
    for (int i = 0; i < n->n_outputs; i++)
        if (n->outputs[i]) step_add_output(p, s, n->outputs[i]);
    int64_t axis = node_int(n, "axis");
    c->from = axes_along(p->arena, &s->in[0], axis);
    c->across = axes_across(p->arena, &s->in[0], axis);
    if (n->op == OP_top_k) {
        c->to = axes_along(p->arena, &s->out[0], axis);
        c->to_across = axes_across(p->arena, &s->out[0], axis);
    }
    s->schedule = c;
    step_set_open_extent(s, dtype_of(s->out[0].elem)->bits < 8 ? number_known(1) : c->across.count);
    s->summary = arena_printf(p->arena, "%s of %s", number_text(p->arena, c->across.count), number_text(p->arena, c->from.count));
    return true;
}

static bool emit_order(const plan *p, const step *s, const target *t, text *body) {
    (void)t;
    const schedule *c = s->schedule;
    const node *n = s->node;
    arena *a = body->arena;
    dtype elem = s->in[0].elem;
    bool top = n->op == OP_top_k, values = n->outputs[0] != NULL, places = !top || (n->n_outputs > 1 && n->outputs[1]);
    const char *place = values ? "y1" : "y0"; /* of top_k */
    text element = {.arena = a}, stored = {.arena = a}, store = {.arena = a}, move = {.arena = a};
    emit_load(&element, elem, "x0", "at");
    if (values) emit_load(&stored, elem, "y0", "before");
    else emit_load(&stored, elem, "x0", arena_printf(a, "start + %s[before] * %s", place, number_text(a, axes_step(&c->from))));
    emit_store(&store, elem, "y0", "here", "value");
    emit_store(&move, elem, "y0", "here", stored.bytes);
    template_env *e = template_env_new(a);
    template_number(e, "length", c->from.count);
    template_number(e, "stride", axes_step(&c->from));
    template_number(e, "pieces", number_is(s->extent[0], 1) ? c->across.count : number_known(1));
    template_number(e, "k", c->to.count);
    template_number(e, "to_stride", axes_step(&c->to));
    template_int(e, "values", values);
    template_int(e, "places", places);
    template_text(e, "place", place);
    template_text(e, "start", axes_index(a, &c->across, "i"));
    template_text(e, "to", top ? axes_index(a, &c->to_across, "i") : "0");
    template_text(e, "type", compute_ctype(elem));
    template_text(e, "x", element.bytes);
    template_text(e, "y", stored.bytes);
    template_text(e, "move", move.bytes);
    template_text(e, "store", store.bytes);
    bool largest = n->op == OP_arg_max || (top && node_int(n, "largest"));
    bool last = !top && node_int(n, "select_last_index");
    template_text(e, "beats", largest ? (last ? ">=" : ">") : last ? "<=" : "<");
    return template_expand(e, top ? "backend/kernels/top_k.c.in" : "backend/kernels/arg.c.in", body, p->diags);
}

const kernel_family kernel_order = {.name = "order", .accepts = accepts, .plan = plan_order, .emit = emit_order, .open = OPEN_ANY};
