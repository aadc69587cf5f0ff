/* Softmax, its logarithm and hardmax along one axis. */
#include "backend/kernels/axes.h"

typedef struct schedule {
    axes along, across;
    bool vector, rounded;
} schedule;

static bool accepts(const node *n) {
    if (n->op != OP_softmax && n->op != OP_log_softmax && n->op != OP_hardmax) return false;
    return n->outputs[0] && row_major_accepts(n) && dtype_of(n->inputs[0]->type.elem)->kind == CLASS_FLOAT;
}

static bool plan_softmax(plan *p, const node *n, step *s) {
    schedule *c = ARENA_NEW(p->arena, schedule);
    step_add_node(p, s, n);
    c->along = axes_along(p->arena, &s->in[0], node_int(n, "axis"));
    c->across = axes_across(p->arena, &s->in[0], node_int(n, "axis"));
    bool contiguous = c->along.n == 1 && number_is(c->along.stride[0], 1);
    c->vector = contiguous && n->op != OP_hardmax && s->in[0].elem == DT_F32 && (c->along.count.text || c->along.count.n >= 16) && !n->epilogue;
    c->rounded = p->options.accuracy == ACCURACY_STRICT && n->op == OP_softmax && (s->in[0].elem == DT_F16 || s->in[0].elem == DT_BF16);
    s->schedule = c;
    s->flops = WORK(3, operand_most(&s->in[0]));
    step_set_open_extent(s, c->across.count);
    s->summary = arena_printf(p->arena, "%s of %s", number_text(p->arena, c->across.count), number_text(p->arena, c->along.count));
    return true;
}

static void put_result(void *context, text *out, int n, const int64_t *args) {
    (void)n, (void)args;
    const step *s = context;
    position at = {.step = s, .split = s->out[0].rank, .row = "at", .acc = "result"};
    put_store(out, result_tree(out->arena, s->node, s->in[0].elem), &at);
}

static bool emit_softmax(const plan *p, const step *s, const target *t, text *body) {
    (void)t;
    const schedule *c = s->schedule;
    text element = {.arena = body->arena};
    emit_load(&element, s->in[0].elem, "x0", "at");
    template_env *e = template_env_new(body->arena);
    template_int(e, "log", s->node->op == OP_log_softmax);
    template_int(e, "hard", s->node->op == OP_hardmax);
    const char *name = dtype_of(s->in[0].elem)->name;
    template_int(e, "rounded", c->rounded);
    template_text(e, "round", arena_printf(body->arena, "round_%s", name));
    template_text(e, "sum", s->in[0].elem == DT_BF16 ? "round_bf16" : ""); /* halves are summed in float */
    template_number(e, "length", c->along.count);
    template_text(e, "lanes", arena_printf(body->arena, c->along.count.text ? "(int)(%s %% 16)" : "%s", number_text(body->arena, c->along.count.text ? c->along.count : number_known(c->along.count.n % 16))));
    template_number(e, "stride", axes_step(&c->along));
    template_text(e, "start", axes_index(body->arena, &c->across, "i"));
    template_text(e, "type", compute_ctype(s->in[0].elem));
    template_text(e, "x", element.bytes);
    template_call(e, "store", put_result, (void *)s);
    return template_expand(e, c->vector ? "backend/kernels/softmax_rows.c.in" : "backend/kernels/softmax.c.in", body, p->diags);
}

static bool constant_time(const step *s) { return ((const schedule *)s->schedule)->vector && s->node->op == OP_softmax; }

const kernel_family kernel_softmax = {.name = "softmax", .accepts = accepts, .plan = plan_softmax, .emit = emit_softmax, .constant_time = constant_time, .open = OPEN_ANY};
