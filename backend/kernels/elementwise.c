/* Elementwise operators and fused expressions on row-major tensors of any type. */
#include "backend/kernels/row_major.h"
#include "backend/schedule/schedule.h"

#include <math.h>

enum { BLOCK = 4096 }; /* elements that one thread takes at a time when there are no rows */

typedef struct schedule {
    const expr *tree;
    int split; /* axes from here on are one inner loop, in which each operand runs along or repeats */
    number rows, cols;
    bool vector;
    bool narrow; /* elements among the operands: what is left behind whole vectors goes one by one */
} schedule;

/* The node as an expression: what `fused` already is. Clip's missing bounds are infinite. */
static const expr *tree_of(arena *a, const node *n) {
    if (n->op == OP_fused) return n->epilogue;
    if (!(op_of(n->op)->props & PROP_ELEMENTWISE)) return NULL;
    const expr *tree = NULL;
    int max_in = op_of(n->op)->max_in, n_args = max_in < 0 ? n->n_core_inputs : max_in;
    const expr *args[3];
    for (int i = 0; i < n_args; i++) {
        const value *v = node_input(n, i);
        dtype t = v ? v->type.elem : n->inputs[0]->type.elem;
        const expr *arg = v ? expr_input(a, i, t) : expr_const(a, i == 1 ? -(double)INFINITY : (double)INFINITY, t);
        if (max_in >= 0 || n_args <= 3) {
            args[i] = arg;
        } else { /* many: one after the other */
            expr pair = {.kind = EXPR_OP, .op = n->op == OP_mean ? OP_sum : (int)n->op, .dtype = t, .attrs = n, .args = {tree, arg}, .n_args = 2};
            tree = tree ? arena_copy(a, &pair, sizeof pair) : arg;
        }
    }
    dtype out = n->outputs[0]->type.elem;
    if (!tree) return expr_op(a, n, out, n_args, args);
    if (n->op != OP_mean) return tree;
    const expr by = {.kind = EXPR_CONST, .dtype = out, .value = n_args};
    const expr div = {.kind = EXPR_OP, .op = OP_div, .dtype = out, .args = {tree, arena_copy(a, &by, sizeof by)}, .n_args = 2};
    return arena_copy(a, &div, sizeof div);
}

static bool accepts(const node *n) {
    if (n->n_outputs != 1 || !n->outputs[0] || !row_major_accepts(n)) return false;
    if (n->op != OP_fused && n->epilogue) return false;
    const expr *tree = tree_of(n->parent->graph->arena, n);
    return tree && expr_has_scalar_form(tree);
}

/* The largest inner loop in which all operands do one thing. */
static int find_split(arena *a, const step *s) {
    const operand *y = &s->out[0];
    number dims[IR_MAX_RANK];
    operand_sizes(y, dims);
    int split = y->rank;
    for (bool one = true; one && split > 0; split -= one)
        for (int i = 0; i < s->n_in && one; i++)
            one = operand_run(a, &s->in[i], y->rank, dims, split - 1, y->rank) != RUN_MIXED;
    return split;
}

static bool plan_elementwise(plan *p, const node *n, step *s) {
    schedule *c = ARENA_NEW(p->arena, schedule);
    step_add_node(p, s, n);
    const operand *y = &s->out[0];
    *c = (schedule){.tree = tree_of(p->arena, n), .split = find_split(p->arena, s)};
    c->rows = operand_count(p->arena, y, 0, c->split);
    c->cols = operand_count(p->arena, y, c->split, y->rank);
    c->vector = expr_has_vector_form_of_halves(c->tree) && (y->elem == DT_F32 || y->elem == DT_U8) && (c->cols.text || c->cols.n >= 8);
    c->narrow = y->elem == DT_U8;
    for (int i = 0; i < s->n_in; i++) c->narrow |= s->in[i].elem != DT_F32;
    s->schedule = c;
    s->flops = operand_most(y);
    const number parts = !number_is(c->rows, 1) ? c->rows : number_ceil_div(p->arena, c->cols, BLOCK);
    step_set_open_extent(s, dtype_of(y->elem)->bits < 8 ? number_known(1) : parts); /* two threads must not share a byte */
    const bool flat = number_is(c->rows, 1) && dtype_of(y->elem)->bits >= 8;
    for (int i = 0; flat && i < p->n_targets; i++) s->unit_work[i] = s->flops < BLOCK ? s->flops : BLOCK;
    if (flat || s->extent[0].text) s->whole = flat ? y->rank : c->split;
    s->summary = c->vector ? "vectors of 16" : "one element at a time";
    return true;
}

static position position_of(const step *s, const char *lanes) {
    const schedule *c = s->schedule;
    return (position){.step = s, .split = c->split, .row = "i", .col = "j", .lanes = lanes};
}

static void put_vector_result(void *context, text *out, int n, const int64_t *args) {
    const step *s = context;
    position at = position_of(s, n && args[0] ? "n" : NULL);
    put_vector(out, ((const schedule *)s->schedule)->tree, &at);
}

static void put_scalar_store(void *context, text *out, int n, const int64_t *args) {
    (void)n, (void)args;
    const step *s = context;
    position at = position_of(s, NULL);
    put_store(out, ((const schedule *)s->schedule)->tree, &at);
}

static bool emit_elementwise(const plan *p, const step *s, const target *t, text *body) {
    (void)t;
    const schedule *c = s->schedule;
    template_env *e = template_env_new(body->arena);
    template_int(e, "flat", number_is(c->rows, 1));
    template_number(e, "pieces", number_is(s->extent[0], 1) ? c->rows : number_known(1));
    template_number(e, "cols", c->cols);
    template_number(e, "block", number_is(s->extent[0], 1) ? c->cols : number_known(BLOCK));
    template_int(e, "vector", c->vector);
    template_int(e, "narrow", c->narrow);
    template_text(e, "vector_store", s->out[0].elem == DT_U8 ? "v16_store_u8" : "v16_store");
    template_call(e, "vector_result", put_vector_result, (void *)s);
    template_call(e, "store", put_scalar_store, (void *)s);
    return template_expand(e, "backend/kernels/elementwise.c.in", body, p->diags);
}

/* What is left behind whole vectors is a vector too, unless there are bytes. */
static bool constant_time(const step *s) {
    const schedule *c = s->schedule;
    return c->vector && !c->narrow;
}

const kernel_family kernel_elementwise = {.name = "elementwise", .accepts = accepts, .plan = plan_elementwise, .emit = emit_elementwise,
                                          .constant_time = constant_time, .open = OPEN_ANY};
