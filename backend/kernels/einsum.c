/* Einsum as it is written: a loop over the labels of the result, and within it one over those that are summed. */
#include "ir/shape/einsum.h"

#include "backend/kernels/row_major.h"

typedef struct schedule {
    einsum equation;
    number size[EINSUM_MAX_LABELS]; /* by label */
} schedule;

static bool accepts(const node *n) { return n->op == OP_einsum && n->outputs[0] && row_major_accepts(n); }

static bool plan_einsum(plan *p, const node *n, step *s) {
    schedule *c = ARENA_NEW(p->arena, schedule);
    einsum *e = &c->equation;
    step_add_node(p, s, n);
    if (!einsum_parse(n, e, p->diags)) return false;
    s->schedule = c;
    int64_t most[EINSUM_MAX_LABELS];
    for (int k = 0; k < e->n_labels; k++) most[k] = e->size[k].size, c->size[k] = step_size(p, s, e->size[k]);
    s->macs = work_product(e->n_labels, most);
    if (dtype_of(s->out[0].elem)->bits >= 8) step_set_extent_before(p, s, s->out[0].rank);
    s->summary = "plain loops";
    return true;
}

/* The strides of operand x by label. */
static void label_strides(arena *a, const einsum_term *t, const operand *x, number *strides) {
    number by_axis[IR_MAX_RANK];
    operand_strides(a, x, x->rank, by_axis);
    for (int k = 0; k < EINSUM_MAX_LABELS; k++) strides[k] = number_known(0);
    for (int k = 0; k < t->rank; k++) strides[t->labels[k]] = number_add(a, strides[t->labels[k]], by_axis[k]);
}

/* start(i): where operand i is for the result's labels, whose linear index is `i`. */
static void put_start(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const step *s = context;
    const schedule *c = s->schedule;
    number strides[EINSUM_MAX_LABELS];
    label_strides(out->arena, &c->equation.inputs[args[0]], &s->in[s->input_operand[args[0]]], strides);
    if (!put_strided_index(out, c->equation.output.rank, c->size, strides, "i")) text_put(out, "0");
}

/* element(i): operand i for the summed labels l0, l1… */
static void put_element(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const step *s = context;
    const einsum *c = &((const schedule *)s->schedule)->equation;
    number strides[EINSUM_MAX_LABELS];
    int at = s->input_operand[args[0]];
    label_strides(out->arena, &c->inputs[args[0]], &s->in[at], strides);
    text index = {.arena = out->arena};
    text_printf(&index, "start%lld", (long long)args[0]);
    for (int k = c->output.rank; k < c->n_labels; k++)
        if (!number_is(strides[k], 0)) text_printf(&index, " + l%d * %s", k - c->output.rank, number_text(out->arena, strides[k]));
    text_put(out, sum_term(out->arena, s->in[0].elem, arena_printf(out->arena, "x%d", at), index.bytes));
}

/* loops(): all summed labels. */
static void put_loops(void *context, text *out, int n, const int64_t *args) {
    (void)n, (void)args;
    const schedule *c = ((const step *)context)->schedule;
    const int results = c->equation.output.rank;
    for (int k = results; k < c->equation.n_labels; k++) {
        int l = k - results;
        text_printf(out, "%sfor (ptrdiff_t l%d = 0; l%d < %s; l%d++)", l ? "\n        " : "", l, l, number_text(out->arena, c->size[k]), l);
    }
}

static void put_result(void *context, text *out, int n, const int64_t *args) {
    (void)n, (void)args;
    const step *s = context;
    position at = {.step = s, .split = s->out[0].rank, .row = "i", .acc = sum_result(out->arena, s->in[0].elem, "sum")};
    put_store(out, result_tree(out->arena, s->node, s->in[0].elem), &at);
}

static bool emit_einsum(const plan *p, const step *s, const target *t, text *body) {
    (void)t;
    template_env *e = template_env_new(body->arena);
    template_int(e, "terms", s->node->n_core_inputs);
    template_number(e, "pieces", number_is(s->extent[0], 1) ? operand_count(body->arena, &s->out[0], 0, s->out[0].rank) : number_known(1));
    template_text(e, "type", sum_ctype(s->in[0].elem));
    template_call(e, "start", put_start, (void *)s);
    template_call(e, "element", put_element, (void *)s);
    template_call(e, "loops", put_loops, (void *)s);
    template_call(e, "store", put_result, (void *)s);
    return template_expand(e, "backend/kernels/einsum.c.in", body, p->diags);
}

const kernel_family kernel_einsum = {.name = "einsum", .accepts = accepts, .plan = plan_einsum, .emit = emit_einsum, .open = OPEN_ANY};
