#include "backend/emit/expr.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "ir/eval/scalar.h"

/* How each elementwise operator is written. NULL: there is no such form.
 *
 *   $0 $1 $2   the arguments
 *   @name      a float attribute
 *   %name      an integer attribute, or the letters of a string attribute
 *   ~          the suffix of float literals and math functions: "f", or nothing in double
 *   &          the type that floats are computed in
 *   #          the unsigned type that integers are computed in, so that they wrap
 *   ^          (first) a function of double from runtime/scalar, whatever the type
 *
 * Operators of any number of arguments have the form for two. */
typedef struct op_form {
    op_code op;
    const char *real;              /* float and double */
    const char *integer, *natural; /* signed; unsigned and bool, where it differs */
    const char *vector;            /* v16 */
} op_form;

static const op_form forms[] = {
    {OP_add, "($0 + $1)", "(#)$0 + (#)$1", NULL, "v16_add($0, $1)"},
    {OP_sub, "($0 - $1)", "(#)$0 - (#)$1", NULL, "v16_sub($0, $1)"},
    {OP_mul, "($0 * $1)", "(#)$0 * (#)$1", NULL, "v16_mul($0, $1)"},
    {OP_div, "($0 / $1)", "int_div($0, $1)", "uint_div($0, $1)", "v16_div($0, $1)"},
    {OP_fma, "^(double)$0 * (double)$1 + (double)$2", NULL, NULL, "v16_fma_exact($0, $1, $2)"},
    {OP_mod, "^floor_mod($0, $1)", "int_mod($0, $1, %fmod)", "uint_mod($0, $1)", NULL},
    {OP_pow, "pow~((&)$0, (&)$1)", "int_pow($0, (int64_t)$1)", "int_pow((int64_t)$0, (int64_t)$1)", NULL},
    {OP_sum, "($0 + $1)", "(#)$0 + (#)$1", NULL, "v16_add($0, $1)"},
    {OP_max, "^maximum($0, $1)", "int_max($0, $1)", "uint_max($0, $1)", "v16_max($0, $1)"},
    {OP_min, "^minimum($0, $1)", "int_min($0, $1)", "uint_min($0, $1)", "v16_min($0, $1)"},
    {OP_prelu, "^prelu($0, $1)", "int_prelu($0, $1)", "$0", "v16_prelu($0, $1)"},
    {OP_clip, "fmin~(fmax~($0, $1), $2)", "int_min(int_max($0, $1), $2)", "uint_min(uint_max($0, $1), $2)",
     "v16_min($2, v16_max($1, $0))"},
    {OP_where, "($0 ? $1 : $2)", "($0 ? $1 : $2)", NULL, NULL},

    {OP_equal, "($0 == $1)", "($0 == $1)", NULL, NULL},
    {OP_less, "($0 < $1)", "($0 < $1)", NULL, NULL},
    {OP_less_or_equal, "($0 <= $1)", "($0 <= $1)", NULL, NULL},
    {OP_greater, "($0 > $1)", "($0 > $1)", NULL, NULL},
    {OP_greater_or_equal, "($0 >= $1)", "($0 >= $1)", NULL, NULL},
    {OP_and, NULL, "($0 && $1)", NULL, NULL},
    {OP_or, NULL, "($0 || $1)", NULL, NULL},
    {OP_xor, NULL, "(!$0 != !$1)", NULL, NULL},
    {OP_not, NULL, "!$0", NULL, NULL},
    {OP_bitwise_and, NULL, "($0 & $1)", NULL, NULL},
    {OP_bitwise_or, NULL, "($0 | $1)", NULL, NULL},
    {OP_bitwise_xor, NULL, "($0 ^ $1)", NULL, NULL},
    {OP_bitwise_not, NULL, "~$0", NULL, NULL},
    {OP_bit_shift, NULL, "int_shift_%direction($0, $1)", "uint_shift_%direction($0, $1)", NULL},
    {OP_is_nan, "(isnan($0) != 0)", NULL, NULL, NULL},
    {OP_is_inf, "is_infinite($0, %detect_negative, %detect_positive)", NULL, NULL, NULL},

    {OP_abs, "fabs~($0)", "int_abs($0)", "$0", "v16_abs($0)"},
    {OP_neg, "(-$0)", "0 - (#)$0", NULL, "v16_sub(v16_zero(), $0)"},
    {OP_sign, "^sign_of($0)", "int_sign($0)", "($0 > 0)", NULL},
    {OP_floor, "floor~($0)", "$0", NULL, "v16_floor($0)"},
    {OP_ceil, "ceil~($0)", "$0", NULL, "v16_ceil($0)"},
    {OP_round, "nearbyint~($0)", "$0", NULL, "v16_round($0)"},
    {OP_reciprocal, "(1.0~ / $0)", NULL, NULL, "v16_div(v16_set(1.0f), $0)"},
    {OP_sqrt, "sqrt~($0)", NULL, NULL, "v16_sqrt($0)"},
    {OP_exp, "exp~($0)", NULL, NULL, "v16_exp($0)"},
    {OP_log, "log~($0)", NULL, NULL, NULL},
    {OP_erf, "erf~($0)", NULL, NULL, "v16_erf($0)"},
    {OP_sin, "sin~($0)", NULL, NULL, NULL},
    {OP_cos, "cos~($0)", NULL, NULL, NULL},
    {OP_tan, "tan~($0)", NULL, NULL, NULL},
    {OP_asin, "asin~($0)", NULL, NULL, NULL},
    {OP_acos, "acos~($0)", NULL, NULL, NULL},
    {OP_atan, "atan~($0)", NULL, NULL, NULL},
    {OP_sinh, "sinh~($0)", NULL, NULL, NULL},
    {OP_cosh, "cosh~($0)", NULL, NULL, NULL},
    {OP_tanh, "tanh~($0)", NULL, NULL, "v16_tanh($0)"},
    {OP_asinh, "asinh~($0)", NULL, NULL, NULL},
    {OP_acosh, "acosh~($0)", NULL, NULL, NULL},
    {OP_atanh, "atanh~($0)", NULL, NULL, NULL},

    {OP_relu, "fmax~($0, 0.0~)", "int_max($0, 0)", "$0", "v16_max(v16_zero(), $0)"},
    {OP_sigmoid, "^sigmoid($0)", NULL, NULL, "v16_sigmoid($0)"},
    {OP_leaky_relu, "^prelu($0, @alpha)", NULL, NULL, "v16_prelu($0, @alpha)"},
    {OP_elu, "^elu($0, @alpha)", NULL, NULL, "v16_elu($0, @alpha)"},
    {OP_celu, "^celu($0, @alpha)", NULL, NULL, "v16_celu($0, @alpha)"},
    {OP_selu, "^selu($0, @alpha, @gamma)", NULL, NULL, "v16_mul(@gamma, v16_elu($0, @alpha))"},
    {OP_hard_sigmoid, "^hard_sigmoid($0, @alpha, @beta)", NULL, NULL, "v16_unit(v16_fma($0, @alpha, @beta))"},
    {OP_hard_swish, "^hard_swish($0)", NULL, NULL, "v16_hard_swish($0)"},
    {OP_swish, "^swish($0, @alpha)", NULL, NULL, "v16_swish($0, @alpha)"},
    {OP_mish, "^mish($0)", NULL, NULL, "v16_mish($0)"},
    {OP_gelu, "^gelu_%approximate($0)", NULL, NULL, "v16_gelu_%approximate($0)"},
    {OP_softplus, "^softplus($0)", NULL, NULL, NULL},
    {OP_softsign, "^softsign($0)", NULL, NULL, "v16_softsign($0)"},
    {OP_thresholded_relu, "^thresholded_relu($0, @alpha)", NULL, NULL, "v16_thresholded_relu($0, @alpha)"},
    {OP_shrink, "^shrink($0, @bias, @lambd)", NULL, NULL, NULL},
    {OP_saturate, "saturate($0, %low, %high, %zero)", NULL, NULL, "v16_saturate($0, %low, %high, %zero)"},
};

static const op_form *form_of(int op) {
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if ((int)forms[i].op == op) return &forms[i];
    return NULL;
}

static bool is_real(dtype t) { return dtype_of(t)->kind == CLASS_FLOAT; }

const char *compute_ctype(dtype t) {
    if (t == DT_F64) return "double";
    if (is_real(t)) return "float";
    return dtype_of(t)->kind == CLASS_INT && dtype_of(t)->bits < 8 ? "int8_t" : dtype_of(t)->ctype;
}

/* ---- constants ---- */

static void put_real(text *out, double x, const char *suffix) {
    if (isnan(x)) text_put(out, "NAN");
    else if (isinf(x)) text_put(out, x < 0 ? "-INFINITY" : "INFINITY");
    else {
        char number[40];
        snprintf(number, sizeof number, *suffix ? "%.9g" : "%.17g", x);
        text_printf(out, x < 0 ? "(%s%s%s)" : "%s%s%s", number, strpbrk(number, ".en") ? "" : ".0", suffix);
    }
}

void emit_real(text *out, double x) { put_real(out, x, ""); }
void emit_float(text *out, double x) { put_real(out, x, "f"); }

void emit_constant(text *out, dtype t, double x) {
    if (is_real(t)) {
        put_real(out, x, t == DT_F64 ? "" : "f");
        return;
    }
    int64_t i = saturate_to(t, x);
    if (dtype_of(t)->kind == CLASS_UINT) text_printf(out, "%lluu", (unsigned long long)i);
    else if (i == INT64_MIN) text_put(out, "INT64_MIN");
    else text_printf(out, "(%lld)", (long long)i);
}

/* ---- operators ---- */

typedef void expr_emitter(text *out, const expr *e, expr_leaf *leaf, void *context);

/* What the pieces of a form stand for in one place: scalar or vector, float or double. */
typedef struct filling {
    const expr *e;
    const char *suffix;   /* of float literals and math functions */
    const char *unsigned_type;
    expr_emitter *vector; /* NULL: scalar */
    expr_leaf *leaf;
    void *context;
} filling;

static void put_string_attribute(text *out, const char *s) {
    for (; *s; s++)
        if (isalnum((unsigned char)*s)) text_write(out, s, 1);
}

static void put_attribute(text *out, const filling *f, const char *name) {
    const attr_spec *spec = op_attr((op_code)f->e->op, name);
    if (spec && spec->kind == ATTR_INT) text_printf(out, "%lld", (long long)node_int(f->e->attrs, name));
    else if (spec && spec->kind == ATTR_STRING) put_string_attribute(out, node_string(f->e->attrs, name));
    else {
        if (f->vector) text_put(out, "v16_set(");
        put_real(out, node_float(f->e->attrs, name), f->suffix);
        if (f->vector) text_put(out, ")");
    }
}

/* An inner result of a 16-bit float type is what a tensor of that type would hold: fusing changes nothing. */
static void put_rounded(text *out, const expr *e, expr_leaf *leaf, void *context) {
    bool narrow = e->kind == EXPR_OP && e->op != OP_cast && (e->dtype == DT_F16 || e->dtype == DT_BF16);
    if (narrow) text_printf(out, "round_%s(", dtype_of(e->dtype)->name);
    expr_emit_scalar(out, e, leaf, context);
    if (narrow) text_put(out, ")");
}

static void put_form(text *out, const filling *f, const char *form) {
    for (const char *s = form; *s; s++) {
        if (*s == '$') {
            const expr *arg = f->e->args[*++s - '0'];
            if (f->vector) f->vector(out, arg, f->leaf, f->context);
            else put_rounded(out, arg, f->leaf, f->context);
        } else if (*s == '~' && s != form && (isalnum((unsigned char)s[-1]))) {
            text_put(out, f->suffix);
        } else if (*s == '&' && s[-1] == '(' && s[1] == ')') {
            text_put(out, *f->suffix ? "float" : "double");
        } else if (*s == '#') {
            text_put(out, f->unsigned_type);
        } else if (*s == '@' || *s == '%') {
            char name[32];
            size_t n = strspn(s + 1, "abcdefghijklmnopqrstuvwxyz_");
            snprintf(name, sizeof name, "%.*s", (int)n, s + 1);
            put_attribute(out, f, name);
            s += n;
        } else {
            text_write(out, s, 1);
        }
    }
}

/* A form for two arguments applied from left to right to all of e's. */
static expr fold_first_args(const expr *e, expr *inner) {
    *inner = *e;
    inner->n_args--;
    expr outer = *e;
    outer.args[0] = inner;
    outer.args[1] = e->args[e->n_args - 1];
    outer.n_args = 2;
    return outer;
}

/* Operators of any number of arguments, with other than two. False: e is not one. */
static bool emit_variadic(text *out, const expr *e, expr_emitter *emit, expr_leaf *leaf, void *context) {
    if (op_of((op_code)e->op)->max_in >= 0) return false;
    if (e->op == OP_mean) {
        expr sum = *e, by = {.kind = EXPR_CONST, .dtype = e->dtype, .value = e->n_args};
        sum.op = OP_sum;
        emit(out, &(expr){.kind = EXPR_OP, .op = OP_div, .dtype = e->dtype, .args = {&sum, &by}, .n_args = 2}, leaf, context);
        return true;
    }
    if (e->n_args == 2) return false;
    if (e->n_args == 1) {
        emit(out, e->args[0], leaf, context);
        return true;
    }
    expr inner, outer = fold_first_args(e, &inner);
    emit(out, &outer, leaf, context);
    return true;
}

static const char *scalar_form(const expr *e, bool real) {
    const op_form *f = form_of(e->op);
    if (!f) return NULL;
    if (real) return e->op == OP_mod && node_int(e->attrs, "fmod") ? "fmod~($0, $1)" : f->real;
    bool is_signed = dtype_of(e->args[e->n_args - 1]->dtype)->kind == CLASS_INT;
    return !is_signed && f->natural ? f->natural : f->integer;
}

static bool any_arg(const expr *e, bool (*holds)(dtype)) {
    for (int i = 0; i < e->n_args; i++)
        if (holds(e->args[i]->dtype)) return true;
    return false;
}

static bool is_double(dtype t) { return t == DT_F64; }

/* ---- casts ---- */

/* Before and behind the text of the number that is cast. Floats become integers towards zero, then modulo 2^bits. */
static void cast_frame(const expr *e, dtype from, dtype to, char *before, char *behind, size_t size) {
    const dtype_info *t = dtype_of(to);
    bool real = is_real(from), narrow = t->bits < 8 && t->kind != CLASS_BOOL && !is_real(to);
    int mask = narrow ? (1 << t->bits) - 1 : 0, sign = (mask + 1) / 2;
    const char *whole = real ? "to_int64((double)" : "(";
    if (t->kind == CLASS_BOOL) snprintf(before, size, "((uint8_t)("), snprintf(behind, size, " != 0))");
    else if (to == DT_F32 || to == DT_F64) snprintf(before, size, "((%s)", t->ctype), snprintf(behind, size, ")");
    else if (to == DT_F8E8M0)
        snprintf(before, size, "round_f8e8m0((double)"),
            snprintf(behind, size, ", '%c', %d)", *node_string(e->attrs, "round_mode"), node_int(e->attrs, "saturate") != 0);
    else if (is_real(to) && t->bits <= 8)
        snprintf(before, size, "round_%s((double)", t->name), snprintf(behind, size, ", %d)", node_int(e->attrs, "saturate") != 0);
    else if (is_real(to)) snprintf(before, size, "round_%s((float)", t->name), snprintf(behind, size, ")");
    else if (narrow && t->kind == CLASS_INT) snprintf(before, size, "((int8_t)((((int64_t)%s", whole), snprintf(behind, size, ") & %d) ^ %d) - %d))", mask, sign, sign);
    else if (narrow) snprintf(before, size, "((uint8_t)((int64_t)%s", whole), snprintf(behind, size, ") & %d))", mask);
    else if (real && to == DT_U64) snprintf(before, size, "to_uint64((double)"), snprintf(behind, size, ")");
    else snprintf(before, size, "((%s)%s", t->ctype, whole), snprintf(behind, size, "))");
}

static void put_cast(text *out, const expr *e, expr_leaf *leaf, void *context) {
    char before[64], behind[64];
    dtype from = e->args[0]->dtype;
    bool same = from == e->dtype && !is_real(from);
    if (same) {
        expr_emit_scalar(out, e->args[0], leaf, context);
        return;
    }
    cast_frame(e, from, e->dtype, before, behind, sizeof before);
    text_put(out, before);
    put_rounded(out, e->args[0], leaf, context);
    text_put(out, behind);
}

void expr_emit_scalar(text *out, const expr *e, expr_leaf *leaf, void *context) {
    if (e->kind == EXPR_CONST) {
        emit_constant(out, e->dtype, e->value);
        return;
    }
    if (e->kind != EXPR_OP) {
        leaf(context, out, e);
        return;
    }
    if (emit_variadic(out, e, expr_emit_scalar, leaf, context)) return;
    if (e->op == OP_cast) {
        put_cast(out, e, leaf, context);
        return;
    }
    bool real = any_arg(e, is_real), mixed = real && dtype_of(e->dtype)->kind != CLASS_BOOL && !is_real(e->dtype);
    const char *form = scalar_form(e, real), *type = compute_ctype(e->dtype);
    filling f = {.e = e, .leaf = leaf, .context = context};
    f.suffix = any_arg(e, is_double) || mixed ? "" : "f";
    f.unsigned_type = dtype_of(e->dtype)->bits > 32 ? "uint64_t" : "uint32_t";
    bool as_double = form && *form == '^';
    if (as_double) f.suffix = "", form++;
    bool cast = as_double ? e->dtype != DT_F64 : !is_real(e->dtype); /* -Wconversion; integers wrap at their own width */
    if (cast) text_printf(out, "((%s)(", type);
    put_form(out, &f, form ? form : "0");
    if (cast) text_put(out, "))");
}

bool expr_has_scalar_form(const expr *e) {
    if (e->kind != EXPR_OP) return dtype_of(e->dtype)->kind != CLASS_STRING && dtype_of(e->dtype)->kind != CLASS_COMPLEX;
    for (int i = 0; i < e->n_args; i++)
        if (!e->args[i] || !expr_has_scalar_form(e->args[i])) return false;
    return e->op == OP_mean || e->op == OP_cast || scalar_form(e, any_arg(e, is_real)) != NULL;
}

static bool is_byte(dtype t) { return t == DT_U8 || t == DT_I8; }
static bool is_half(dtype t) { return t == DT_F16 || t == DT_BF16; }

/* Lanes are floats. Integers in them are what is loaded and what has been saturated, float16 what has been rounded to that. */
static bool has_vector_form(const expr *e, bool halves) {
    if (e->kind == EXPR_INPUT && halves && is_half(e->dtype)) return true;
    if (e->kind != EXPR_OP) return e->dtype == DT_F32 || is_byte(e->dtype) || (e->kind == EXPR_ACC && e->dtype == DT_I32);
    if (e->op == OP_cast) return (e->dtype == DT_F32 || (halves && e->dtype == DT_F16)) && has_vector_form(e->args[0], halves);
    if (e->dtype != DT_F32 && (e->op != OP_saturate || !is_byte(e->dtype))) return false;
    const op_form *f = form_of(e->op);
    if (e->op != OP_mean && (!f || !f->vector)) return false;
    for (int i = 0; i < e->n_args; i++)
        if (!e->args[i] || !has_vector_form(e->args[i], halves)) return false;
    return true;
}

bool expr_has_vector_form(const expr *e) { return has_vector_form(e, false); }
bool expr_has_vector_form_of_halves(const expr *e) { return has_vector_form(e, true); }

static void put_vector(text *out, const expr *e, expr_emitter *inner, expr_leaf *leaf, void *context) {
    if (e->kind == EXPR_CONST) {
        text_put(out, "v16_set(");
        emit_constant(out, e->dtype, e->value);
        text_put(out, ")");
    } else if (e->kind != EXPR_OP) {
        leaf(context, out, e);
    } else if (e->op == OP_cast) {
        if (e->dtype == DT_F16) text_put(out, "v16_round_f16(");
        inner(out, e->args[0], leaf, context);
        if (e->dtype == DT_F16) text_put(out, ")");
    } else if (!emit_variadic(out, e, inner, leaf, context)) {
        filling f = {.e = e, .suffix = "f", .vector = inner, .leaf = leaf, .context = context};
        put_form(out, &f, form_of(e->op)->vector);
    }
}

void expr_emit_vector(text *out, const expr *e, expr_leaf *leaf, void *context) { put_vector(out, e, expr_emit_vector, leaf, context); }

void expr_emit_prologue(text *out, const expr *e, expr_leaf *leaf, void *context) {
    const expr *product = e->kind == EXPR_OP && e->op == OP_add ? e->args[0] : NULL;
    bool scaled = product && product->kind == EXPR_OP && product->op == OP_mul && e->args[1]->kind == EXPR_INPUT;
    if (!scaled) {
        put_vector(out, e, expr_emit_prologue, leaf, context);
        return;
    }
    const expr *const parts[] = {product->args[0], product->args[1], e->args[1]};
    for (int i = 0; i < 3; i++) {
        text_put(out, i ? ", " : "v16_fma(");
        expr_emit_prologue(out, parts[i], leaf, context);
    }
    text_put(out, ")");
}

/* ---- elements ---- */

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
