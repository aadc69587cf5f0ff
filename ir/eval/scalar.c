#include "ir/eval/scalar.h"

#include <math.h>

/* ---- numbers and types ---- */

double round_to(dtype t, double x) {
    if (t == DT_F32) return (double)(float)x;
    if (t == DT_F64) return x;
    double element = 0;
    dtype_store_float(t, &element, 0, x);
    return dtype_load_float(t, &element, 0);
}

int64_t wrap_to(dtype t, int64_t x) {
    int64_t element = 0;
    dtype_store_int(t, &element, 0, x);
    return dtype_load_int(t, &element, 0);
}

int64_t lowest_int(dtype t) {
    if (dtype_of(t)->kind != CLASS_INT) return 0;
    return INT64_MIN >> (64 - dtype_of(t)->bits);
}

int64_t highest_int(dtype t) {
    if (dtype_of(t)->kind == CLASS_BOOL) return 1;
    if (dtype_of(t)->kind == CLASS_INT) return INT64_MAX >> (64 - dtype_of(t)->bits);
    return (int64_t)(UINT64_MAX >> (64 - dtype_of(t)->bits));
}

int64_t saturate_to(dtype t, double x) {
    double lowest = (double)lowest_int(t), above = ldexp(1, dtype_of(t)->bits - (dtype_of(t)->kind == CLASS_INT));
    if (isnan(x)) return 0;
    if (dtype_of(t)->kind == CLASS_BOOL) return x != 0;
    if (x <= lowest) return lowest_int(t);
    if (x >= above) return highest_int(t);
    return x >= 0x1p63 ? (int64_t)(uint64_t)x : (int64_t)x;
}

void scalar_params(const node *n, double *p) {
    int k = 0;
    for (const attr_spec *s = op_of(n->op)->attrs; s->kind != ATTR_END && k < SCALAR_MAX_PARAMS; s++, k++)
        p[k] = s->kind == ATTR_FLOAT    ? node_float(n, s->name)
               : s->kind == ATTR_STRING ? (double)node_string(n, s->name)[0]
                                        : (double)node_int(n, s->name);
}

/* ---- one function an operator and class; a, b, c: its arguments ---- */

#define FLOATS(name, e)                                                \
    static double f_##name(int n, const double *x, const double *p) {  \
        double a = x[0], b = n > 1 ? x[1] : 0, c = n > 2 ? x[2] : 0;    \
        (void)a, (void)b, (void)c, (void)p;                             \
        return (double)(e);                                            \
    }
#define INTS(name, type, e)                                              \
    static int64_t type##_##name(int n, const int64_t *x, const double *p) { \
        type##_t a = (type##_t)x[0], b = n > 1 ? (type##_t)x[1] : 0, c = n > 2 ? (type##_t)x[2] : 0; \
        (void)a, (void)b, (void)c, (void)p;                               \
        return (int64_t)(e);                                             \
    }
/* The same for signed and unsigned 64 bits, which differ in order and division. */
#define BOTH(name, e) INTS(name, int64, e) INTS(name, uint64, e)
/* Two's complement without overflow: computed in uint64. */
#define WRAP(name, e) INTS(name, uint64, e)
/* Left to right over any number of arguments. */
#define FOLD(name, type, class, e)                                          \
    static type class##_##name(int n, const type *x, const double *p) {     \
        type a = x[0];                                                      \
        for (int k = 1; k < n; k++) {                                       \
            type b = x[k];                                                  \
            a = (type)(e);                                                  \
        }                                                                   \
        (void)p;                                                            \
        return a;                                                           \
    }

static double sigmoid(double x) { return x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x)); }
static double softplus(double x) { return log1p(exp(-fabs(x))) + (x > 0 ? x : 0); }
static double unit(double x) { return x < 0 ? 0 : x > 1 ? 1 : x; }
static double floor_mod(double a, double b) {
    double r = fmod(a, b);
    if (r == 0) return copysign(r, b);
    return (r < 0) != (b < 0) ? r + b : r;
}

/* Modulo 2^64; a negative exponent leaves 1/a rounded to zero. */
static int64_t power(int64_t a, int64_t b) {
    if (b < 0) return a == 1 ? 1 : a == -1 ? (b % 2 ? -1 : 1) : 0;
    uint64_t result = 1, square = (uint64_t)a;
    for (; b; b /= 2, square *= square)
        if (b % 2) result *= square;
    return (int64_t)result;
}

FLOATS(add, a + b) WRAP(add, a + b)
FLOATS(sub, a - b) WRAP(sub, a - b)
FLOATS(mul, a *b) WRAP(mul, a *b)
FLOATS(div, a / b)
INTS(div, int64, b == 0 ? 0 : b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b)
INTS(div, uint64, b == 0 ? 0 : a / b)
FLOATS(mod, p[0] != 0 ? fmod(a, b) : floor_mod(a, b))
INTS(mod, int64, b == 0 || b == -1 ? 0 : a % b && p[0] == 0 && (a % b < 0) != (b < 0) ? a % b + b : a % b)
INTS(mod, uint64, b == 0 ? 0 : a % b)
FLOATS(fma, a * b + c) /* of float32 the product is exact, and the sum all but */
FLOATS(pow, pow(a, b)) INTS(pow, int64, power(a, b))
FOLD(sum, double, f, a + b)
FOLD(sum, int64_t, int64, (uint64_t)a + (uint64_t)b)
FOLD(max, double, f, a > b || isnan(a) ? a : b)
FOLD(max, int64_t, int64, a > b ? a : b)
FOLD(max, int64_t, uint64, (uint64_t)a > (uint64_t)b ? a : b)
FOLD(min, double, f, a < b || isnan(a) ? a : b)
FOLD(min, int64_t, int64, a < b ? a : b)
FOLD(min, int64_t, uint64, (uint64_t)a < (uint64_t)b ? a : b)
static double f_mean(int n, const double *x, const double *p) { return f_sum(n, x, p) / n; }
FLOATS(prelu, a < 0 ? a *b : a) INTS(prelu, int64, a < 0 ? (int64_t)((uint64_t)a * (uint64_t)b) : a) WRAP(prelu, a)
FLOATS(clip, n > 2 && (a < b ? b : a) > c ? c : n > 1 && a < b ? b : a)
BOTH(clip, n > 2 && (a < b ? b : a) > c ? c : n > 1 && a < b ? b : a)
FLOATS(where, a != 0 ? b : c) WRAP(where, a ? b : c)

FLOATS(cast, a) INTS(cast, int64, a) /* the result's type does it */

FLOATS(equal, a == b) WRAP(equal, a == b)
FLOATS(less, a < b) BOTH(less, a < b)
FLOATS(less_or_equal, a <= b) BOTH(less_or_equal, a <= b)
FLOATS(greater, a > b) BOTH(greater, a > b)
FLOATS(greater_or_equal, a >= b) BOTH(greater_or_equal, a >= b)
WRAP(and, a &&b) WRAP(or, a || b) WRAP(xor, !a != !b) WRAP(not, !a)
WRAP(bitwise_and, a &b) WRAP(bitwise_or, a | b) WRAP(bitwise_xor, a ^ b) WRAP(bitwise_not, ~a)
/* Shifts by negative or too large counts leave nothing but copies of the sign. */
INTS(bit_shift, int64, p[0] == 'L' ? (b < 0 || b > 63 ? 0 : (int64_t)((uint64_t)a << b)) : a >> (b < 0 || b > 63 ? 63 : b))
INTS(bit_shift, uint64, b > 63 ? 0 : p[0] == 'L' ? a << b : a >> b)
FLOATS(is_nan, isnan(a))
FLOATS(is_inf, isinf(a) && (a < 0 ? p[0] != 0 : p[1] != 0))

FLOATS(abs, fabs(a)) INTS(abs, int64, a < 0 ? (int64_t)(0 - (uint64_t)a) : a) WRAP(abs, a)
FLOATS(neg, -a) WRAP(neg, 0 - a)
FLOATS(sign, isnan(a) ? a : (a > 0) - (a < 0)) INTS(sign, int64, (a > 0) - (a < 0)) WRAP(sign, a > 0)
FLOATS(floor, floor(a))
FLOATS(ceil, ceil(a))
FLOATS(round, nearbyint(a))
FLOATS(reciprocal, 1 / a)
FLOATS(sqrt, sqrt(a))
FLOATS(exp, exp(a))
FLOATS(log, log(a))
FLOATS(erf, erf(a))
FLOATS(sin, sin(a))
FLOATS(cos, cos(a))
FLOATS(tan, tan(a))
FLOATS(asin, asin(a))
FLOATS(acos, acos(a))
FLOATS(atan, atan(a))
FLOATS(sinh, sinh(a))
FLOATS(cosh, cosh(a))
FLOATS(tanh, tanh(a))
FLOATS(asinh, asinh(a))
FLOATS(acosh, acosh(a))
FLOATS(atanh, atanh(a))

FLOATS(relu, a < 0 ? 0 : a) INTS(relu, int64, a < 0 ? 0 : a) WRAP(relu, a)
FLOATS(sigmoid, sigmoid(a))
FLOATS(leaky_relu, a < 0 ? p[0] * a : a)
FLOATS(elu, a < 0 ? p[0] * expm1(a) : a)
FLOATS(celu, a < 0 ? p[0] * expm1(a / p[0]) : a)
FLOATS(selu, p[1] * (a > 0 ? a : p[0] * expm1(a)))
FLOATS(hard_sigmoid, unit(p[0] * a + p[1]))
FLOATS(hard_swish, a *unit(a / 6 + 0.5))
FLOATS(swish, a *sigmoid(p[0] * a))
FLOATS(mish, a *tanh(softplus(a)))
FLOATS(gelu, p[0] == 't' ? 0.5 * a * (1 + tanh(0.79788456080286535588 * (a + 0.044715 * a * a * a)))
                         : 0.5 * a * (1 + erf(a * 0.70710678118654752440)))
FLOATS(softplus, softplus(a))
FLOATS(softsign, a / (1 + fabs(a)))
FLOATS(thresholded_relu, a > p[0] ? a : 0)
FLOATS(shrink, a < -p[1] ? a + p[0] : a > p[1] ? a - p[0] : 0)

/* p: low, high, zero */
FLOATS(saturate, (a > p[0] - p[2] ? rint(a < p[1] - p[2] ? a : p[1] - p[2]) : p[0] - p[2]) + p[2])

#define ROW_F(name) [OP_##name] = {f_##name, NULL, NULL}
#define ROW_FI(name) [OP_##name] = {f_##name, uint64_##name, NULL}
#define ROW_I(name) [OP_##name] = {NULL, uint64_##name, NULL}
#define ROW_FSU(name) [OP_##name] = {f_##name, int64_##name, uint64_##name}

static const scalar_op table[OP_COUNT] = {
    ROW_FI(add),     ROW_FI(sub),     ROW_FI(mul),          ROW_FSU(div),        ROW_FSU(mod),
    ROW_FSU(max),    ROW_FSU(min),    ROW_FSU(prelu),       ROW_FSU(clip),       ROW_FI(where),
    ROW_FI(equal),   ROW_FSU(less),   ROW_FSU(greater),     ROW_FSU(less_or_equal), ROW_FSU(greater_or_equal),
    ROW_I(and),      ROW_I(or),       ROW_I(xor),           ROW_I(not),          ROW_I(bitwise_and),
    ROW_I(bitwise_or), ROW_I(bitwise_xor), ROW_I(bitwise_not), [OP_bit_shift] = {NULL, int64_bit_shift, uint64_bit_shift}, ROW_F(is_nan),
    ROW_F(is_inf),   ROW_FSU(abs),    ROW_FI(neg),          ROW_FSU(sign),       ROW_F(floor),
    ROW_F(ceil),     ROW_F(round),    ROW_F(reciprocal),    ROW_F(sqrt),         ROW_F(exp),
    ROW_F(log),      ROW_F(erf),      ROW_F(sin),           ROW_F(cos),          ROW_F(tan),
    ROW_F(asin),     ROW_F(acos),     ROW_F(atan),          ROW_F(sinh),         ROW_F(cosh),
    ROW_F(tanh),     ROW_F(asinh),    ROW_F(acosh),         ROW_F(atanh),        ROW_FSU(relu),
    ROW_F(sigmoid),  ROW_F(leaky_relu), ROW_F(elu),         ROW_F(celu),         ROW_F(selu),
    ROW_F(hard_sigmoid), ROW_F(hard_swish), ROW_F(swish),   ROW_F(mish),         ROW_F(gelu),
    ROW_F(softplus), ROW_F(softsign), ROW_F(thresholded_relu), ROW_F(shrink),    ROW_F(mean),
    ROW_F(saturate), ROW_F(fma),
    [OP_pow] = {f_pow, int64_pow, NULL}, [OP_sum] = {f_sum, int64_sum, NULL}, [OP_cast] = {f_cast, int64_cast, NULL},
};

const scalar_op *scalar_op_of(op_code op) { return &table[op]; }
