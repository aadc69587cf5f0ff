/* Convolution and its transpose on row-major tensors: any rank, group, stride, dilation and number type. One row of
 * outputs at a time, in sums over which the innermost loop runs. */
#include "backend/kernels/spatial.h"
#include "backend/schedule/schedule.h"

enum { ROW = 64 }; /* outputs summed at a time */

static bool accepts(const node *n) {
    if ((n->op != OP_conv && n->op != OP_conv_transpose && n->op != OP_conv_integer) || !n->outputs[0] || !row_major_accepts(n)) return false;
    int pool = 0;
    if (n->op == OP_conv_integer) node_ints(n, "pool", &pool);
    if (pool || !row_major_flat(n, n->n_core_inputs)) return false;
    return n->op == OP_conv_integer || !n->epilogue || dtype_of(n->inputs[0]->type.elem)->kind == CLASS_FLOAT;
}

/* Taps that meet in one output of a transposed convolution, at most: with its stride between them, they are not the same everywhere. */
static int64_t most_taps(const spatial *g) {
    int64_t taps = 1;
    for (int i = 0; i < 3; i++) taps *= g->dilation[i] == 1 ? (g->kernel[i] + g->stride[i] - 1) / g->stride[i] : g->kernel[i];
    return taps;
}

static bool plan_conv(plan *p, const node *n, step *s) {
    spatial *g = ARENA_NEW(p->arena, spatial);
    if (!spatial_of(n, g, p->diags)) return false;
    step_add_node(p, s, n);
    s->schedule = g;
    const operand *x = &s->in[0], *w = &s->in[1], *y = &s->out[0];
    bool transposed = n->op == OP_conv_transpose;
    const int64_t *k = g->kernel, *plane = transposed ? g->in : g->out;
    s->macs = WORK(x->dims[0], w->dims[0], w->dims[1], k[0], k[1], k[2], plane[0], plane[1], plane[2]);
    step_set_extent_before(p, s, y->rank - 1); /* all rows */
    for (int i = 0; transposed && i < p->n_targets; i++) s->unit_work[i] = WORK(w->dims[0] / node_int(n, "group"), most_taps(g), g->out[2]);
    s->summary = "row-major, a row at a time";
    return true;
}

/* What the operator itself computes. */
static dtype core_type(const node *n) { return n->op == OP_conv_integer ? DT_I32 : n->inputs[0]->type.elem; }

/* An element of the input: bytes less their zero point. */
static const char *input_term(arena *a, const step *s) {
    const char *x = sum_term(a, s->in[0].elem, "x0", "at");
    int64_t zero = s->node->op == OP_conv_integer ? node_int(s->node, "x_zero") : 0;
    return zero ? arena_printf(a, "(%s - (uint64_t)(%lld))", x, (long long)zero) : x;
}

static void put_result(void *context, text *out, int n, const int64_t *args) {
    (void)n, (void)args;
    const step *s = context;
    const operand *y = &s->out[0];
    dtype elem = core_type(s->node);
    position at = {.step = s, .split = y->rank - 1, .row = "i", .col = "x", .acc = sum_result(out->arena, elem, "sum[x - from]")};
    if (schedule_is_open(s->node)) at.split = y->rank, at.row = arena_printf(out->arena, "i * %s + x", number_text(out->arena, operand_size(y, y->rank - 1)));
    put_store(out, result_tree(out->arena, s->node, elem), &at);
}

static bool emit_conv(const plan *p, const step *s, const target *t, text *body) {
    (void)t;
    const spatial *g = s->schedule;
    const operand *x = &s->in[0], *y = &s->out[0];
    int64_t group = node_int(s->node, "group");
    bool bias = node_input(s->node, 2) != NULL;
    template_env *e = template_env_new(body->arena);
    spatial_define(e, g);
    if (schedule_is_open(s->node)) spatial_define_open(e, body->arena, x, y, false);
    template_int(e, "transposed", s->node->op == OP_conv_transpose);
    template_int(e, "row", ROW);
    template_int(e, "channels", x->dims[1]);
    template_int(e, "filters", y->dims[1]);
    template_int(e, "group", group);
    template_int(e, "depth", x->dims[1] / group);
    template_int(e, "per_group", y->dims[1] / group);
    template_text(e, "type", sum_ctype(core_type(s->node)));
    template_text(e, "x", input_term(body->arena, s));
    template_text(e, "w", sum_term(body->arena, s->in[1].elem, "x1", "tap"));
    template_text(e, "bias", bias ? sum_term(body->arena, core_type(s->node), arena_printf(body->arena, "x%d", s->input_operand[2]), "f") : "0");
    template_call(e, "store", put_result, (void *)s);
    return template_expand(e, "backend/kernels/conv_generic.c.in", body, p->diags);
}

const kernel_family kernel_conv_generic = {.name = "conv_generic", .accepts = accepts, .plan = plan_conv, .emit = emit_conv, .open = OPEN_ANY};
