/* Operators that a user's C function computes. */
#include "backend/plan/custom.h"

#include "backend/emit/expr.h"
#include "backend/kernels/row_major.h"

static bool accepts(const node *n) { return n->op == OP_custom && row_major_accepts(n) && !n->epilogue; }

static bool plan_custom(plan *p, const node *n, step *s) {
    step_add_node(p, s, n);
    return true;
}

static void put_int(text *out, int64_t i) {
    if (i == INT64_MIN) text_put(out, "INT64_MIN");
    else text_printf(out, "%lld", (long long)i);
}

static void put_ints(text *out, const char *ctype, int n, const int64_t *ints) {
    text_printf(out, "(const %s[]){", ctype);
    for (int i = 0; i < n; i++) text_put(out, i ? ", " : ""), put_int(out, ints[i]);
    text_put(out, n ? "}" : "0}");
}

static void put_attribute(text *out, const custom_parameter *c, const attr *a) {
    switch (a->kind) {
    case ATTR_FLOAT: text_printf(out, "(%s)", c->ctype), emit_real(out, a->f); return;
    case ATTR_STRING: text_string_literal(out, a->s.bytes); return;
    case ATTR_INTS: put_ints(out, c->ctype, a->n, a->ints); return;
    case ATTR_FLOATS:
        text_printf(out, "(const %s[]){", c->ctype);
        for (int i = 0; i < a->n; i++) text_printf(out, "%s(%s)", i ? ", " : "", c->ctype), emit_real(out, a->floats[i]);
        text_put(out, a->n ? "}" : "0}");
        return;
    default: put_int(out, a->i); return;
    }
}

static void put_sizes(text *out, const operand *o) {
    text_put(out, "(const int64_t[]){");
    for (int k = 0; o && k < o->rank; k++) text_printf(out, "%s%s", k ? ", " : "", number_text(out->arena, operand_size(o, k)));
    text_put(out, o && o->rank ? "}" : "0}");
}

/* Of a tensor that is left out, or that nobody wants, there are no sizes. */
static void put_tensor(text *out, const step *s, const custom_parameter *c) {
    const node *n = s->node;
    const value *v = !c->is_output ? node_input(n, c->tensor) : c->tensor < n->n_outputs ? n->outputs[c->tensor] : NULL;
    int at = c->is_output ? 0 : s->input_operand[c->tensor]; /* of outputs: behind those before it that somebody wants */
    for (int i = 0; c->is_output && i < c->tensor; i++) at += n->outputs[i] != NULL;
    const operand *o = !v ? NULL : c->is_output ? &s->out[at] : &s->in[at];
    switch (c->kind) {
    case CUSTOM_TENSOR:
        if (!v) text_put(out, "NULL");
        else text_printf(out, "%c%d", c->is_output ? 'y' : 'x', at);
        return;
    case CUSTOM_DIMS: put_sizes(out, o); return;
    case CUSTOM_RANK: text_printf(out, "%d", o ? o->rank : 0); return;
    default: text_put(out, number_text(out->arena, o ? operand_count(out->arena, o, 0, o->rank) : number_known(0))); return;
    }
}

static bool emit_custom(const plan *p, const step *s, const target *t, text *body) {
    (void)t;
    const custom_function *f = custom_find(p->options.custom, p->options.n_custom, s->node);
    text_printf(body, "    %s(", f->name);
    for (int i = 0; i < f->n; i++) {
        const custom_parameter *c = &f->parameters[i];
        const attr *a = c->attribute ? custom_attr(s->node, c->attribute, p->arena) : NULL;
        if (i) text_put(body, ", ");
        if (!a) put_tensor(body, s, c);
        else if (c->kind == CUSTOM_COUNT) text_printf(body, "%d", a->n);
        else put_attribute(body, c, a);
    }
    text_put(body, ");\n");
    return true;
}

const kernel_family kernel_custom = {.name = "custom", .accepts = accepts, .plan = plan_custom, .emit = emit_custom, .open = OPEN_ANY};
