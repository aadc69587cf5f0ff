/* Operators between numbers, which are computed now, and between tensors, which become nodes. */
#include "frontend/dsl/lower.h"

#include "dsl/cnn.tab.h"

#include <math.h>
#include <string.h>

typedef struct operator_row {
    int token;
    const char *sign;
    op_code op; /* between tensors; OP_NONE: only between numbers */
} operator_row;

static const operator_row operators[] = {
    {'+', "+", OP_add}, {'-', "-", OP_sub}, {'*', "*", OP_mul}, {'/', "/", OP_div}, {'%', "%", OP_NONE},
    {FLOOR_DIV, "//", OP_NONE}, {POWER, "**", OP_pow}, {'<', "<", OP_less}, {'>', ">", OP_greater},
    {AT_MOST, "<=", OP_less_or_equal}, {AT_LEAST, ">=", OP_greater_or_equal}, {EQUAL, "==", OP_equal},
    {UNEQUAL, "!=", OP_NONE}, {AND, "and", OP_and}, {OR, "or", OP_or}, {0, NULL, OP_NONE}};

static const operator_row *row_of(int token) {
    const operator_row *r = operators;
    while (r->token && r->token != token) r++;
    return r;
}

static datum fail(lowering *l, const ast *e, const char *message) {
    lower_error(l, e, NULL, "%s", message);
    return datum_error();
}

static int64_t floor_div(int64_t x, int64_t y) { return x / y - (x % y != 0 && (x < 0) != (y < 0)); }

static datum int_power(lowering *l, const ast *e, int64_t x, int64_t y) {
    int64_t product = 1;
    if (y < 0) return datum_float(pow((double)x, (double)y));
    if (y > 64 && x != 0 && x != 1 && x != -1) return fail(l, e, "this power has more than 64 bits");
    if (y > 64) y = y % 2 ? 1 : 2;
    for (; y; y--)
        if (__builtin_mul_overflow(product, x, &product)) return fail(l, e, "this power has more than 64 bits");
    return datum_int(product);
}

static datum of_ints(lowering *l, const ast *e, int64_t x, int64_t y) {
    int64_t r;
    bool over = false;
    if ((e->op == '/' || e->op == FLOOR_DIV || e->op == '%') && !y) return fail(l, e, "this divides by zero");
    switch (e->op) {
    case '+': over = __builtin_add_overflow(x, y, &r); break;
    case '-': over = __builtin_sub_overflow(x, y, &r); break;
    case '*': over = __builtin_mul_overflow(x, y, &r); break;
    case '/': return datum_float((double)x / (double)y);
    case FLOOR_DIV: return y == -1 && x == INT64_MIN ? fail(l, e, "this has more than 64 bits") : datum_int(floor_div(x, y));
    case '%': return y == -1 ? datum_int(0) : datum_int(x - y * floor_div(x, y));
    case POWER: return int_power(l, e, x, y);
    case '<': return datum_bool(x < y);
    case '>': return datum_bool(x > y);
    case AT_MOST: return datum_bool(x <= y);
    default: return datum_bool(x >= y);
    }
    return over ? fail(l, e, "this has more than 64 bits") : datum_int(r);
}

static datum of_floats(lowering *l, const ast *e, double x, double y) {
    if ((e->op == '/' || e->op == FLOOR_DIV || e->op == '%') && y == 0) return fail(l, e, "this divides by zero");
    switch (e->op) {
    case '+': return datum_float(x + y);
    case '-': return datum_float(x - y);
    case '*': return datum_float(x * y);
    case '/': return datum_float(x / y);
    case FLOOR_DIV: return datum_float(floor(x / y));
    case '%': return datum_float(x - y * floor(x / y));
    case POWER: return datum_float(pow(x, y));
    case '<': return datum_bool(x < y);
    case '>': return datum_bool(x > y);
    case AT_MOST: return datum_bool(x <= y);
    default: return datum_bool(x >= y);
    }
}

/* Between sizes of which one is open. */
static datum of_sizes(lowering *l, const ast *e, const operator_row *row, dim x, dim y) {
    switch (e->op) {
    case '+': return datum_size(dim_add(l->arena, x, y));
    case '-': return datum_size(dim_add(l->arena, x, dim_mul(l->arena, y, dim_number(-1))));
    case '*': return datum_size(dim_mul(l->arena, x, y));
    default: break;
    }
    if (e->op == FLOOR_DIV && dim_is_number(y) && y.size > 0) return datum_size(dim_floordiv(l->arena, x, y));
    lower_error(l, e, OPEN_SIZE_HINT, "'%s' is not known of an open size", row->sign);
    return datum_error();
}

/* + joins lists, * repeats them. */
static datum of_lists(lowering *l, const ast *e, datum x, datum y) {
    int64_t times = e->op == '*' ? y.integer : 1, other = e->op == '+' ? y.count : 0;
    if (times < 0) times = 0;
    if (times > LOWER_MAX_LIST || times * x.count + other > LOWER_MAX_LIST) return fail(l, e, "this list is too long");
    int n = (int)(times * x.count + other);
    if (!charge(l, e, n)) return datum_error();
    datum *items = ARENA_ARRAY(l->arena, datum, n);
    for (int i = 0; i < n; i++) items[i] = e->op == '+' && i >= x.count ? y.items[i - x.count] : x.items[i % x.count];
    return datum_list(items, n);
}

/* ---- tensors ---- */

static const char *axis_name(int axis, int rank) {
    static const char *const axes[] = {"batch", "channels", "height", "width"};
    return (rank == 4 || rank == 2) && axis < 4 ? axes[axis] : "size";
}

/* "channels 64 here, 256 there" where shapes do not broadcast; NULL if they do. */
static const char *disagreement(arena *a, const value_type *x, const value_type *y) {
    int rank = x->rank > y->rank ? x->rank : y->rank;
    for (int k = 0; k < rank; k++) {
        int i = k - (rank - x->rank), j = k - (rank - y->rank);
        int64_t p = i < 0 ? 1 : type_size(x, i), q = j < 0 ? 1 : type_size(y, j);
        if (p == q || p == 1 || q == 1 || p < 0 || q < 0) continue;
        return arena_printf(a, "%s and %s do not fit: %s %lld here, %lld there", shape_text(a, x), shape_text(a, y),
                            axis_name(k, rank), (long long)p, (long long)q);
    }
    return NULL;
}

static datum of_tensors(lowering *l, const ast *e, const operator_row *row, datum x, datum y) {
    datum like = x.kind == DATUM_TENSOR ? x : y;
    if (datum_is_number(x)) x = datum_tensor(constant_like(l, datum_number(x), like.tensor));
    if (datum_is_number(y)) y = datum_tensor(constant_like(l, datum_number(y), like.tensor));
    const char *wrong = disagreement(l->arena, &x.tensor->type, &y.tensor->type);
    if (wrong) return fail(l, e, wrong);
    value *inputs[] = {x.tensor, y.tensor};
    return datum_tensor(build(l, e, row->op, layer_name(l, op_of(row->op)->name), 2, inputs));
}

static bool is_operand(datum d) { return d.kind == DATUM_TENSOR || datum_is_number(d); }

datum evaluate_binary(lowering *l, const ast *e, datum x, datum y) {
    const operator_row *row = row_of(e->op);
    bool tensors = x.kind == DATUM_TENSOR || y.kind == DATUM_TENSOR;
    if (tensors && row->op != OP_NONE && is_operand(x) && is_operand(y)) return of_tensors(l, e, row, x, y);
    if (!tensors && e->op == EQUAL) return datum_bool(datum_equal(x, y));
    if (!tensors && e->op == UNEQUAL) return datum_bool(!datum_equal(x, y));
    if (e->op == AND || e->op == OR) {
        if (x.kind == DATUM_BOOL && y.kind == DATUM_BOOL) return datum_bool(e->op == AND ? x.integer && y.integer : x.integer || y.integer);
    } else if (datum_is_size(x) && datum_is_size(y) && (x.kind == DATUM_SIZE || y.kind == DATUM_SIZE)) {
        return of_sizes(l, e, row, datum_dim(x), datum_dim(y));
    } else if (x.kind == DATUM_INT && y.kind == DATUM_INT) {
        return of_ints(l, e, x.integer, y.integer);
    } else if (datum_is_number(x) && datum_is_number(y)) {
        return of_floats(l, e, datum_number(x), datum_number(y));
    }
    if (x.kind == DATUM_LIST && ((e->op == '+' && y.kind == DATUM_LIST) || (e->op == '*' && y.kind == DATUM_INT))) return of_lists(l, e, x, y);
    lower_error(l, e, NULL, "'%s' between %s and %s", row->sign, datum_noun(x), datum_noun(y));
    return datum_error();
}

datum evaluate_unary(lowering *l, const ast *e, datum x) {
    bool minus = e->op == '-';
    if (x.kind == DATUM_ERROR) return x;
    if (x.kind == DATUM_TENSOR) {
        op_code op = minus ? OP_neg : OP_not;
        return datum_tensor(build(l, e, op, layer_name(l, op_of(op)->name), 1, &x.tensor));
    }
    if (!minus && x.kind == DATUM_BOOL) return datum_bool(!x.integer);
    if (minus && x.kind == DATUM_FLOAT) return datum_float(-x.number);
    if (minus && x.kind == DATUM_INT) return x.integer == INT64_MIN ? fail(l, e, "this has more than 64 bits") : datum_int(-x.integer);
    lower_error(l, e, NULL, "'%s' before %s", minus ? "-" : "not", datum_noun(x));
    return datum_error();
}
