/* Operators that are one call of a function in runtime/library. */
#include "ir/library.h"

#include "backend/kernels/row_major.h"
#include "backend/schedule/schedule.h"

static bool accepts(const node *n) {
    library_call c;
    if (schedule_is_open(n) && !library_takes_open(n->op)) return false;
    if (!n->outputs[0] || n->epilogue || !row_major_moves(n) || !library_call_of(n, &c)) return false;
    for (int i = 0; i < c.n; i++) { /* pointers must be what the function takes */
        const library_arg *a = &c.args[i];
        if (a->kind == LIBRARY_OUT && (a->i >= n->n_outputs || !n->outputs[a->i])) return false;
        const value *v = a->kind == LIBRARY_IN && a->i != LIBRARY_NO_INPUT ? node_input(n, (int)a->i) : a->kind == LIBRARY_OUT ? n->outputs[a->i] : NULL;
        dtype t = v ? v->type.elem : DT_F32;
        if (t != DT_F32 && t != DT_F64 && t != DT_I64 && t != DT_I32 && t != DT_STRING && t != DT_BOOL) return false;
    }
    return true;
}

static bool plan_library(plan *p, const node *n, step *s) {
    library_call c;
    step_add_node(p, s, n);
    library_call_of(n, &c);
    for (int i = 0; i < c.n; i++)
        if (c.args[i].kind == LIBRARY_STATUS) step_add_status(p, s);
    return true;
}

static void put_element(text *out, const step *s, const library_arg *a, int at) {
    int k = s->input_operand[a->i];
    emit_load(out, s->in[k].elem, arena_printf(out->arena, "x%d", k), arena_printf(out->arena, "%d", at));
}

static const operand *operand_of(const step *s, int64_t input) { return input < 0 ? &s->out[0] : &s->in[s->input_operand[input]]; }

static void put_count(text *out, const step *s, const library_arg *a) {
    text_put(out, number_text(out->arena, operand_count(out->arena, operand_of(s, a->ints[0]), (int)a->ints[1], (int)a->ints[2])));
}

static void put_quotient(text *out, const step *s, int axis) {
    const number y = operand_size(operand_of(s, -1), axis), x = operand_size(operand_of(s, 0), axis);
    text_printf(out, "(double)%s / (double)%s", number_text(out->arena, y), number_text(out->arena, x));
}

static void put_argument(text *out, const step *s, const library_arg *a) {
    switch (a->kind) {
    case LIBRARY_IN:
        if (a->i != LIBRARY_NO_INPUT && node_input(s->node, (int)a->i)) text_printf(out, "x%d", s->input_operand[a->i]);
        else text_put(out, "NULL");
        return;
    case LIBRARY_OUT: text_printf(out, "y%lld", (long long)a->i); return;
    case LIBRARY_STATUS: text_printf(out, "y%d", s->n_out - 1); return;
    case LIBRARY_COUNT: put_count(out, s, a); return;
    case LIBRARY_INT: text_printf(out, "%lld", (long long)a->i); return;
    case LIBRARY_QUOTIENT: put_quotient(out, s, (int)a->i); return;
    case LIBRARY_BYTES: text_printf(out, "sizeof *x%d", s->input_operand[a->i]); return;
    case LIBRARY_REAL: emit_real(out, a->f); return;
    case LIBRARY_ELEMENT:
        text_put(out, "(double)");
        put_element(out, s, a, a->n);
        return;
    default: break;
    }
    text_put(out, "(const ptrdiff_t[]){");
    for (int k = 0; k < a->n; k++) {
        if (k) text_put(out, ", ");
        if (a->kind == LIBRARY_ELEMENTS) text_put(out, "(ptrdiff_t)"), put_element(out, s, a, k);
        else if (a->of[k] == LIBRARY_NO_INPUT) text_printf(out, "%lld", (long long)a->ints[k]);
        else text_put(out, number_text(out->arena, operand_size(operand_of(s, a->of[k]), a->axis[k])));
    }
    text_put(out, "}");
}

static bool emit_library(const plan *p, const step *s, const target *t, text *body) {
    (void)p, (void)t;
    library_call c;
    library_call_of(s->node, &c);
    text_printf(body, "    %s(", c.function);
    for (int i = 0; i < c.n; i++) {
        if (i) text_put(body, ", ");
        put_argument(body, s, &c.args[i]);
    }
    text_put(body, ");\n");
    return true;
}

const kernel_family kernel_library = {.name = "library", .accepts = accepts, .plan = plan_library, .emit = emit_library, .open = OPEN_ANY};
