/* Reductions along any axes: a table says how each operator takes an element in and what becomes of it in the end. */
#include "ir/shape/reduce.h"

#include "backend/kernels/axes.h"
#include "backend/schedule/schedule.h"

#include <math.h>
#include <string.h>

/* C text; x is the element, r the state, T the element's type in computation, LOWEST and HIGHEST its bounds, N the count. */
typedef struct reduction {
    op_code op;
    const char *start, *take, *result;
    const char *int_start, *int_take, *int_result; /* NULL: integers are reduced as double */
    const char *vector_start, *vector_take;        /* f32 along contiguous elements; NULL: no such form */
} reduction;

static const char real_sum[] = "double r = 0.0;", int_sum[] = "uint64_t r = 0;", zero[] = "v16_zero()";

static const reduction table[] = {
    {OP_reduce_sum, real_sum, "r += x;", "r", int_sum, "r += (uint64_t)x;", "r", zero, "v16_add(r, x)"},
    {OP_reduce_mean, real_sum, "r += (double)x;", "r / ${n}", NULL, NULL, NULL, zero, "v16_add(r, x)"},
    {OP_reduce_prod, "double r = 1.0;", "r *= x;", "r", "uint64_t r = 1;", "r *= (uint64_t)x;", "r", NULL, NULL},
    {OP_reduce_max, "${type} r = ${lowest};", "r = x > r || isnan(x) ? x : r;", "r", "${type} r = ${lowest};",
     "r = x > r ? x : r;", "r", NULL, NULL},
    {OP_reduce_min, "${type} r = ${highest};", "r = x < r || isnan(x) ? x : r;", "r", "${type} r = ${highest};",
     "r = x < r ? x : r;", "r", NULL, NULL},
    {OP_reduce_l1, real_sum, "r += fabs((double)x);", "r", int_sum, "r += x < 0 ? 0 - (uint64_t)x : (uint64_t)x;", "r",
     zero, "v16_add(r, v16_abs(x))"},
    {OP_reduce_l2, real_sum, "r += (double)x * (double)x;", "sqrt(r)", NULL, NULL, NULL, zero, "v16_fma(x, x, r)"},
    {OP_reduce_sum_square, real_sum, "r += (double)x * (double)x;", "r", int_sum, "r += (uint64_t)x * (uint64_t)x;", "r",
     zero, "v16_fma(x, x, r)"},
    {OP_reduce_log_sum, real_sum, "r += (double)x;", "log(r)", NULL, NULL, NULL, zero, "v16_add(r, x)"},
    {OP_reduce_log_sum_exp, "double r = 0.0, max = -INFINITY;",
     "if ((double)x > max) r = r * exp(max - (double)x) + 1.0, max = (double)x;\n"
     "            else if (max > -INFINITY) r += exp((double)x - max);",
     "r > 0.0 ? max + log(r) : max", NULL, NULL, NULL, NULL, NULL},
};

static const reduction *reduction_of(op_code op) {
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].op == op) return &table[i];
    return NULL;
}

static bool is_real(dtype t) { return dtype_of(t)->kind == CLASS_FLOAT; }

typedef struct schedule {
    axes along, kept;
    bool vector;
    bool late; /* which axes is known at run time only */
} schedule;

static bool accepts(const node *n) {
    return reduction_of(n->op) && n->outputs[0] && row_major_accepts(n);
}

static bool plan_late(plan *p, const node *n, step *s, schedule *c) {
    step_add_node(p, s, n);
    c->late = true;
    s->schedule = c;
    s->summary = "along axes that an input names";
    return true;
}

static bool plan_reduce(plan *p, const node *n, step *s) {
    bool reduced[IR_MAX_RANK], known;
    schedule *c = ARENA_NEW(p->arena, schedule);
    if (node_input(n, 1) && !n->inputs[1]->constant) return plan_late(p, n, s, c);
    for (int i = 0; i < n->n_inputs; i++)
        if (n->inputs[i] && i != 1) s->input_operand[i] = step_add_input(p, s, n->inputs[i]);
    step_add_output(p, s, n->outputs[0]);
    if (!reduced_axes(n, s->in[0].rank, reduced, &known, p->diags)) return false;
    c->along = axes_of(p->arena, &s->in[0], reduced, true);
    c->kept = axes_of(p->arena, &s->in[0], reduced, false);
    bool contiguous = c->along.n == 1 && number_is(c->along.stride[0], 1), many = c->along.count.text || c->along.count.n >= 32;
    c->vector = contiguous && many && s->in[0].elem == DT_F32 && reduction_of(n->op)->vector_take;
    s->schedule = c;
    s->flops = operand_most(&s->in[0]);
    step_set_open_extent(s, dtype_of(s->out[0].elem)->bits < 8 ? number_known(1) : c->kept.count);
    if (s->extent[0].text) s->whole = s->out[0].rank;
    s->summary = arena_printf(p->arena, "%s of %s", number_text(p->arena, c->kept.count), number_text(p->arena, c->along.count));
    return true;
}

static void put_open(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const schedule *c = ((const step *)context)->schedule;
    axes_open(out, &c->along, "r", "element", (int)args[0]);
}

static void put_close(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const schedule *c = ((const step *)context)->schedule;
    axes_close(out, &c->along, (int)args[0]);
}

static void put_result(void *context, text *out, int n, const int64_t *args) {
    (void)n, (void)args;
    const step *s = context;
    position at = {.step = s, .split = s->out[0].rank, .row = "i", .acc = "result"};
    put_store(out, result_tree(out->arena, s->node, s->in[0].elem), &at);
}

static const char *bound(arena *a, dtype t, double x) {
    text out = {.arena = a};
    if (t == DT_BOOL) return x < 0 ? "0" : "1";
    expr_emit_scalar(&out, expr_const(a, x, t), NULL, NULL);
    return out.bytes;
}

static bool expand_late(const plan *p, const step *s, template_env *e, text *body) {
    const operand *x = &s->in[0], *y = &s->out[0];
    int64_t n_axes = 1;
    for (int k = 0; k < s->in[1].rank; k++) n_axes *= s->in[1].dims[k];
    template_text(e, "dims", operand_sizes_text(body->arena, x));
    template_int(e, "rank", x->rank ? x->rank : 1);
    template_int(e, "n_axes", n_axes);
    template_int(e, "all", n_axes == 0 && !node_int(s->node, "noop_with_empty_axes"));
    template_number(e, "room", operand_count(body->arena, y, 0, y->rank));
    template_text(e, "static", schedule_is_open(s->node) ? "" : "static ");
    return template_expand(e, "backend/kernels/reduce_late.c.in", body, p->diags);
}

static bool emit_reduce(const plan *p, const step *s, const target *t, text *body) {
    (void)t;
    const schedule *c = s->schedule;
    const reduction *r = reduction_of(s->node->op);
    arena *a = body->arena;
    dtype elem = s->in[0].elem;
    bool as_int = !is_real(elem) && r->int_start;
    text element = {.arena = a};
    emit_load(&element, elem, "x0", "start + element");
    template_env *e = template_env_new(a);
    template_text(e, "type", compute_ctype(elem));
    template_text(e, "lowest", bound(a, elem, -(double)INFINITY));
    template_text(e, "highest", bound(a, elem, (double)INFINITY));
    template_text(e, "n", c->late ? "(double)length" : number_as_double(a, c->along.count));
    const char *const parts[] = {as_int ? r->int_start : r->start, as_int ? r->int_take : r->take, as_int ? r->int_result : r->result};
    const char *const names[] = {"declare", "take", "finish"};
    for (int i = 0; i < 3; i++) {
        text part = {.arena = a};
        if (!template_expand_string(e, "reduce", parts[i], &part, p->diags)) return false;
        template_text(e, names[i], arena_strndup(a, part.bytes, strlen(part.bytes) - 1)); /* without the end of its line */
    }
    template_call(e, "store", put_result, (void *)s);
    template_text(e, "x", element.bytes);
    if (c->late) return expand_late(p, s, e, body);
    template_int(e, "vector", c->vector);
    template_number(e, "length", c->along.count);
    template_number(e, "pieces", number_is(s->extent[0], 1) ? c->kept.count : number_known(1));
    template_text(e, "start", axes_index(a, &c->kept, "i"));
    if (c->vector) template_text(e, "vector_take", r->vector_take);
    template_call(e, "open", put_open, (void *)s);
    template_call(e, "close", put_close, (void *)s);
    return template_expand(e, "backend/kernels/reduce.c.in", body, p->diags);
}

const kernel_family kernel_reduce = {.name = "reduce", .accepts = accepts, .plan = plan_reduce, .emit = emit_reduce, .open = OPEN_ANY};
