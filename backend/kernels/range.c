/* Numbers that a kernel makes from few or none: range, non_zero, constant_of_shape. */
#include "backend/kernels/row_major.h"

static bool accepts(const node *n) {
    return (n->op == OP_range || n->op == OP_non_zero || n->op == OP_constant_of_shape) && n->outputs[0] && !n->epilogue && row_major_accepts(n);
}

static bool plan_range(plan *p, const node *n, step *s) {
    step_add_node(p, s, n);
    if (n->op == OP_non_zero && node_int(n, "room") != -1) step_add_status(p, s);
    return true;
}

static const char *load(arena *a, const operand *x, const char *name, const char *index) {
    text out = {.arena = a};
    emit_load(&out, x->elem, name, index);
    return out.bytes;
}

static void put_range(const step *s, text *body) {
    arena *a = body->arena;
    dtype t = s->out[0].elem;
    const char *start = load(a, &s->in[0], "x0", "0"), *delta = load(a, &s->in[2], "x2", "0"), *type = compute_ctype(t);
    bool real = dtype_of(t)->kind == CLASS_FLOAT;
    const char *wide = real ? "double" : "uint64_t";
    const char *sum = arena_printf(a, "(%s)((%s)%s + (%s)i * (%s)%s)", type, wide, start, wide, wide, delta);
    text_printf(body, "    for (ptrdiff_t i = 0; i < %s; i++) ", number_text(a, operand_size(&s->out[0], 0)));
    emit_store(body, t, "y0", "i", sum);
    text_put(body, "\n");
}

/* As many as the output has room for; places that stay empty are 0. */
static void put_non_zero(const step *s, text *body) {
    const operand *x = &s->in[0];
    arena *a = body->arena;
    const number room = operand_size(&s->out[0], 1);
    const char *most = number_text(a, room);
    number stride = number_known(1);
    text_printf(body, "    ptrdiff_t found = 0;\n    memset(y0, 0, %s);\n", bytes_text(a, number_mul(a, room, number_known(x->rank)), DT_I64));
    text_printf(body, "    for (ptrdiff_t i = 0; i < %s; i++) {\n        if (%s == 0) continue;\n        if (found++ >= %s) continue;\n",
                number_text(a, operand_count(a, x, 0, x->rank)), load(a, x, "x0", "i"), most);
    for (int k = x->rank - 1; k >= 0; k--) {
        const number row = number_add(a, number_mul(a, number_known(k), room), number_known(-1));
        text_printf(body, "        y0[%s + found] = i / %s %% %s;\n", number_text(a, row), number_text(a, stride), number_text(a, operand_size(x, k)));
        stride = number_mul(a, operand_size(x, k), stride);
    }
    text_put(body, "    }\n");
    int status = s->n_out - 1;
    if (!status) return;
    text_printf(body, "    if (found %s %s) *y%d = 5;\n", node_int(s->node, "exact") ? "!=" : ">", most, status);
    if (status == 2) text_printf(body, "    *y1 = found < %s ? found : %s;\n", most, most);
}

static void put_fill(const step *s, text *body) {
    const operand *y = &s->out[0];
    const attr *v = node_attr(s->node, "value");
    const char *count = number_text(body->arena, operand_count(body->arena, y, 0, y->rank));
    expr c = {.kind = EXPR_CONST, .dtype = y->elem, .value = v && v->tensor ? constant_float(v->tensor, 0) : 0};
    text filling = {.arena = body->arena};
    expr_emit_scalar(&filling, &c, NULL, NULL);
    text_printf(body, "    for (ptrdiff_t i = 0; i < %s; i++) ", count);
    emit_store(body, y->elem, "y0", "i", filling.bytes);
    text_put(body, "\n");
}

static bool emit_range(const plan *p, const step *s, const target *t, text *body) {
    (void)p, (void)t;
    if (s->node->op == OP_constant_of_shape) put_fill(s, body);
    else if (s->node->op == OP_range) put_range(s, body);
    else put_non_zero(s, body);
    return true;
}

const kernel_family kernel_range = {.name = "range", .accepts = accepts, .plan = plan_range, .emit = emit_range, .open = OPEN_ANY};
