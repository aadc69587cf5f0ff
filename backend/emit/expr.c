#include "backend/emit/expr.h"

#include <math.h>
#include <string.h>

/* How each elementwise operator is written. $0 $1 $2: arguments; @name: the float attribute; ~: the suffix of float
 * literals and math functions ("f", or nothing in double). NULL: there is no such form. */
typedef struct op_form {
    op_code op;
    const char *real;    /* float and double */
    const char *integer; /* integers and bool */
    const char *vector;  /* v16 */
} op_form;

static const op_form forms[] = {
    {OP_add, "($0 + $1)", "($0 + $1)", "v16_add($0, $1)"},
    {OP_sub, "($0 - $1)", "($0 - $1)", "v16_sub($0, $1)"},
    {OP_mul, "($0 * $1)", "($0 * $1)", "v16_mul($0, $1)"},
    {OP_div, "($0 / $1)", "($0 / $1)", "v16_div($0, $1)"},
    {OP_relu, "fmax~($0, 0.0~)", "($0 > 0 ? $0 : 0)", "v16_max(v16_zero(), $0)"},
};

static const op_form *form_of(int op) {
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if ((int)forms[i].op == op) return &forms[i];
    return NULL;
}

const char *compute_ctype(dtype t) {
    if (t == DT_F64) return "double";
    return dtype_of(t)->kind == CLASS_FLOAT ? "float" : dtype_of(t)->ctype;
}

static void put_real(text *out, double x, const char *suffix) {
    if (isnan(x)) text_put(out, "NAN");
    else if (isinf(x)) text_put(out, x < 0 ? "-INFINITY" : "INFINITY");
    else {
        char number[40];
        snprintf(number, sizeof number, *suffix ? "%.9g" : "%.17g", x);
        text_printf(out, x < 0 ? "(%s%s%s)" : "%s%s%s", number, strpbrk(number, ".en") ? "" : ".0", suffix);
    }
}

static void put_constant(text *out, const expr *e) {
    switch (dtype_of(e->dtype)->kind) {
    case CLASS_FLOAT: put_real(out, e->value, e->dtype == DT_F64 ? "" : "f"); return;
    case CLASS_UINT: text_printf(out, "%lluu", (unsigned long long)e->value); return;
    default: text_printf(out, "(%lld)", (long long)e->value); return;
    }
}

typedef void expr_emitter(text *out, const expr *e, expr_leaf *leaf, void *context);

/* Fills one form. wrap: what surrounds an attribute's literal ("v16_set(" for vectors). */
static void fill_form(text *out, const char *form, const expr *e, const char *suffix, const char *wrap, expr_emitter *emit,
                      expr_leaf *leaf, void *context) {
    for (const char *s = form; *s; s++) {
        if (*s == '$') {
            emit(out, e->args[*++s - '0'], leaf, context);
        } else if (*s == '~') {
            text_put(out, suffix);
        } else if (*s == '@') {
            char name[32];
            size_t n = strspn(s + 1, "abcdefghijklmnopqrstuvwxyz_");
            snprintf(name, sizeof name, "%.*s", (int)n, s + 1);
            text_put(out, wrap);
            put_real(out, node_float(e->attrs, name), suffix);
            if (*wrap) text_put(out, ")");
            s += n;
        } else {
            text_write(out, s, 1);
        }
    }
}

void expr_emit_scalar(text *out, const expr *e, expr_leaf *leaf, void *context) {
    if (e->kind == EXPR_CONST) put_constant(out, e);
    else if (e->kind != EXPR_OP) leaf(context, out, e);
    else {
        const op_form *f = form_of(e->op);
        bool real = dtype_of(e->args[0]->dtype)->kind == CLASS_FLOAT;
        const char *form = !f ? NULL : real ? f->real : f->integer;
        /* -Wconversion: arithmetic on small integers happens in int */
        bool narrow = dtype_of(e->dtype)->kind != CLASS_FLOAT && dtype_of(e->dtype)->bits < 32;
        if (narrow) text_printf(out, "(%s)", dtype_of(e->dtype)->ctype);
        fill_form(out, form ? form : "0", e, e->args[0]->dtype == DT_F64 ? "" : "f", "", expr_emit_scalar, leaf, context);
    }
}

bool expr_has_vector_form(const expr *e) {
    if (e->dtype != DT_F32) return false;
    if (e->kind != EXPR_OP) return true;
    const op_form *f = form_of(e->op);
    if (!f || !f->vector) return false;
    for (int i = 0; i < e->n_args; i++)
        if (!expr_has_vector_form(e->args[i])) return false;
    return true;
}

void expr_emit_vector(text *out, const expr *e, expr_leaf *leaf, void *context) {
    if (e->kind == EXPR_CONST) {
        text_put(out, "v16_set(");
        put_constant(out, e);
        text_put(out, ")");
    } else if (e->kind != EXPR_OP) {
        leaf(context, out, e);
    } else {
        fill_form(out, form_of(e->op)->vector, e, "f", "v16_set(", expr_emit_vector, leaf, context);
    }
}

void emit_load(text *out, dtype t, const char *name, const char *index) {
    if (dtype_of(t)->kind == CLASS_FLOAT && t != DT_F32 && t != DT_F64)
        text_printf(out, "load_%s(%s, %s)", dtype_of(t)->name, name, index);
    else if (dtype_of(t)->bits < 8) text_printf(out, "load_%s(%s, %s)", dtype_of(t)->name, name, index);
    else text_printf(out, "%s[%s]", name, index);
}

void emit_store(text *out, dtype t, const char *name, const char *index, const char *expression) {
    if ((dtype_of(t)->kind == CLASS_FLOAT && t != DT_F32 && t != DT_F64) || dtype_of(t)->bits < 8)
        text_printf(out, "store_%s(%s, %s, %s);", dtype_of(t)->name, name, index, expression);
    else text_printf(out, "%s[%s] = %s;", name, index, expression);
}
