#include "ir/print.h"

#include <ctype.h>
#include <string.h>

dim dim_number(int64_t n) { return (dim){.size = n}; }

bool dim_is_number(dim d) { return !d.expr; }

/* What is longer than any network needs (a sum with itself doubles the tree each time) counts as unknown. */
enum { LONGEST = 1000 };

typedef struct range {
    int64_t least, most;
} range;

static range range_of(const dim_expr *e);

static bool is_open(const dim_expr *e) {
    if (e->op == DIM_NUMBER) return true;
    if (e->op == DIM_SYMBOL) return e->symbol->open;
    return e->op != DIM_UNKNOWN && is_open(e->a) && is_open(e->b);
}

static dim make(arena *a, dim_expr e) {
    dim d = {.size = -1, .expr = arena_copy(a, &e, sizeof e)};
    if (is_open(d.expr)) d.size = range_of(d.expr).most;
    if (d.size < 0) d.size = -1;
    return d;
}

bool dim_is_open(dim d) { return d.expr && d.size >= 0; }

bool dim_is_bounded(dim d) { return !d.expr || is_open(d.expr); }

dim dim_unknown(arena *a) { return make(a, (dim_expr){.op = DIM_UNKNOWN}); }

dim dim_symbol(arena *a, const symbol *s) { return dim_mul(a, make(a, (dim_expr){.op = DIM_SYMBOL, .symbol = s}), dim_number(s->multiple)); }

static const dim_expr *as_expr(arena *a, dim d) {
    if (d.expr) return d.expr;
    return arena_copy(a, &(dim_expr){.op = DIM_NUMBER, .number = d.size}, sizeof(dim_expr));
}

static bool unknown(dim d) { return d.expr && d.expr->op == DIM_UNKNOWN; }

static dim binary(arena *a, dim_op op, dim x, dim y) {
    if (unknown(x) || unknown(y)) return dim_unknown(a);
    const dim_expr *p = as_expr(a, x), *q = as_expr(a, y);
    int size = 1 + p->size + q->size;
    return size > LONGEST ? dim_unknown(a) : make(a, (dim_expr){.op = op, .a = p, .b = q, .size = size});
}

static int64_t mod(int64_t x, int64_t y) { return y > 0 ? (x % y + y) % y : 0; }

static bool is(dim d, int64_t n) { return !d.expr && d.size == n; }

static int64_t floordiv(int64_t x, int64_t y) { return x / y - (x % y != 0 && (x < 0) != (y < 0)); }

/* Sizes saturate: a product that does not fit is as wrong as any other absurd size, and is reported where it is used. */
static int64_t add(int64_t x, int64_t y) {
    int64_t r;
    return __builtin_add_overflow(x, y, &r) ? INT64_MAX : r;
}

static int64_t mul(int64_t x, int64_t y) {
    int64_t r;
    return __builtin_mul_overflow(x, y, &r) ? INT64_MAX : r;
}

/* ---- sums of multiples: what cancels does so, and (2 * x + 1) / 2 is x ---- */

typedef struct multiple {
    int64_t times;
    const dim_expr *of;
} multiple;

typedef struct sum {
    int64_t number;
    multiple terms[32];
    int n;
    bool shortened, overflowing; /* two terms were of the same; there are too many */
} sum;

static bool expr_equal(const dim_expr *x, const dim_expr *y);

static void collect(sum *s, const dim_expr *e, int64_t times) {
    if (e->op == DIM_ADD) {
        collect(s, e->a, times), collect(s, e->b, times);
        return;
    }
    if (e->op == DIM_NUMBER) {
        s->number = add(s->number, mul(e->number, times));
        return;
    }
    if (e->op == DIM_MUL && (e->a->op == DIM_NUMBER || e->b->op == DIM_NUMBER)) {
        const bool first = e->a->op == DIM_NUMBER;
        collect(s, first ? e->b : e->a, mul(times, first ? e->a->number : e->b->number));
        return;
    }
    for (int i = 0; i < s->n; i++)
        if (expr_equal(s->terms[i].of, e)) {
            s->terms[i].times = add(s->terms[i].times, times);
            s->shortened = true;
            return;
        }
    if (s->n == (int)(sizeof s->terms / sizeof *s->terms)) s->overflowing = true;
    else s->terms[s->n++] = (multiple){times, e};
}

static dim sum_as_dim(arena *a, const sum *s) {
    dim total = dim_number(0);
    for (int i = 0; i < s->n; i++) {
        const dim one = dim_mul(a, make(a, *s->terms[i].of), dim_number(s->terms[i].times));
        total = is(total, 0) ? one : is(one, 0) ? total : binary(a, DIM_ADD, total, one);
    }
    if (dim_is_number(total)) return dim_number(add(total.size, s->number));
    return s->number ? binary(a, DIM_ADD, total, dim_number(s->number)) : total;
}

/* What a division leaves, taken away from what was divided (but for a number), is a multiple: z - z % n is z / n * n. */
static bool is_whole_part(arena *a, dim x, dim y, dim *to) {
    if (!y.expr || y.expr->op != DIM_MOD || y.expr->b->op != DIM_NUMBER || y.expr->b->number < 1) return false;
    const dim divided = make(a, *y.expr->a), by = dim_number(y.expr->b->number), more = dim_sub(a, x, divided);
    *to = dim_add(a, dim_mul(a, dim_floordiv(a, divided, by), by), more);
    return dim_is_number(more);
}

dim dim_sub(arena *a, dim x, dim y) {
    dim whole;
    return is_whole_part(a, x, y, &whole) ? whole : dim_add(a, x, dim_mul(a, y, dim_number(-1)));
}

dim dim_add(arena *a, dim x, dim y) {
    if (!x.expr && !y.expr) return dim_number(add(x.size, y.size));
    if (is(x, 0)) return y;
    if (is(y, 0)) return x;
    if (!x.expr && y.expr->op == DIM_ADD && y.expr->b->op == DIM_NUMBER) return dim_add(a, y, x);
    /* (x + 2) - 3 is x - 1: what keeps its size has the same expression */
    if (!y.expr && x.expr->op == DIM_ADD && x.expr->b->op == DIM_NUMBER)
        return dim_add(a, make(a, *x.expr->a), dim_number(add(x.expr->b->number, y.size)));
    if (x.expr && y.expr && !unknown(x) && !unknown(y)) {
        sum s = {.n = 0};
        collect(&s, x.expr, 1), collect(&s, y.expr, 1);
        if (s.shortened && !s.overflowing) return sum_as_dim(a, &s);
    }
    return binary(a, DIM_ADD, x, y);
}

dim dim_mul(arena *a, dim x, dim y) {
    if (!x.expr && !y.expr) return dim_number(mul(x.size, y.size));
    if (!x.expr) return dim_mul(a, y, x);
    if (is(y, 1)) return x;
    if (is(y, 0)) return y;
    if (!y.expr && x.expr->op == DIM_MUL && x.expr->b->op == DIM_NUMBER) /* (x * 16) * 2 is x * 32 */
        return dim_mul(a, make(a, *x.expr->a), dim_number(mul(x.expr->b->number, y.size)));
    return binary(a, DIM_MUL, x, y);
}

/* x as a sum, of multiples of y but for the number. */
static bool is_multiple(dim x, dim y, sum *s) {
    if (!x.expr || y.expr || y.size < 2 || unknown(x)) return false;
    collect(s, x.expr, 1);
    for (int i = 0; i < s->n; i++)
        if (s->terms[i].times % y.size) return false;
    return !s->overflowing;
}

dim dim_floordiv(arena *a, dim x, dim y) {
    if (!x.expr && !y.expr) return dim_number(floordiv(x.size, y.size));
    if (is(y, 1)) return x;
    sum s = {.n = 0};
    if (!is_multiple(x, y, &s)) return binary(a, DIM_FLOORDIV, x, y);
    for (int i = 0; i < s.n; i++) s.terms[i].times /= y.size;
    s.number = floordiv(s.number, y.size);
    return sum_as_dim(a, &s);
}

dim dim_mod(arena *a, dim x, dim y) {
    if (!x.expr && !y.expr) return dim_number(mod(x.size, y.size));
    sum s = {.n = 0};
    if (is(y, 1)) return dim_number(0);
    return is_multiple(x, y, &s) ? dim_number(mod(s.number, y.size)) : binary(a, DIM_MOD, x, y);
}

/* One of them where it is never below the other, whatever the sizes. */
static const dim *larger_of(arena *a, const dim *x, const dim *y) {
    if (dim_equal(*x, *y) || dim_reaches(dim_sub(a, *x, *y), 0)) return x;
    return dim_reaches(dim_sub(a, *y, *x), 0) ? y : NULL;
}

dim dim_max(arena *a, dim x, dim y) {
    const dim *larger = larger_of(a, &x, &y);
    return larger ? *larger : binary(a, DIM_MAX, x, y);
}

dim dim_min(arena *a, dim x, dim y) {
    const dim *larger = larger_of(a, &x, &y);
    return larger == &x ? y : larger ? x : binary(a, DIM_MIN, x, y);
}

static bool expr_equal(const dim_expr *x, const dim_expr *y) {
    if (x == y) return true;
    if (x->op != y->op) return false;
    switch (x->op) {
    case DIM_UNKNOWN: return false;
    case DIM_NUMBER: return x->number == y->number;
    case DIM_SYMBOL: return x->symbol == y->symbol;
    default: return expr_equal(x->a, y->a) && expr_equal(x->b, y->b);
    }
}

/* As sums of multiples they are the same. */
static bool sums_equal(const dim_expr *x, const dim_expr *y) {
    sum s = {.n = 0};
    collect(&s, x, 1), collect(&s, y, -1);
    for (int i = 0; i < s.n; i++)
        if (s.terms[i].times) return false;
    return !s.number && !s.overflowing;
}

bool dim_equal(dim x, dim y) {
    if (!x.expr || !y.expr) return !x.expr && !y.expr && x.size == y.size;
    return expr_equal(x.expr, y.expr) || sums_equal(x.expr, y.expr);
}

/* ---- parts of symbols ---- */

static int64_t common_divisor(int64_t x, int64_t y) { return y ? common_divisor(y, x % y) : x < 0 ? -x : x; }

const symbol *dim_part(dim d, int64_t *times, int64_t *by) {
    const dim_expr *e = d.expr;
    const bool product = e && e->op == DIM_MUL && e->a->op == DIM_SYMBOL && e->b->op == DIM_NUMBER;
    if (!product && !(e && e->op == DIM_SYMBOL)) return NULL;
    const symbol *s = product ? e->a->symbol : e->symbol;
    const int64_t of = product ? e->b->number : 1, common = common_divisor(of, s->multiple);
    *times = of / common;
    *by = s->multiple / common;
    return s;
}

const symbol *dim_named(dim d) {
    int64_t times, by;
    const symbol *s = dim_part(d, &times, &by);
    return s && times == 1 && by == 1 ? s : NULL;
}

/* ---- bounds ---- */

/* Of what stands for it; as long as nobody says, it may be anything. */
static range range_of_symbol(const symbol *s) { return (range){s->min / s->multiple, (s->max > 0 ? s->max : INT32_MAX) / s->multiple}; }

static int64_t upper(const dim_expr *e) {
    if (e->op == DIM_NUMBER) return e->number;
    if (e->op == DIM_SYMBOL) return e->symbol->max > 0 ? range_of_symbol(e->symbol).most : -1;
    if (e->op == DIM_UNKNOWN) return -1;
    int64_t x = upper(e->a), y = upper(e->b);
    switch (e->op) {
    case DIM_ADD: return x < 0 ? -1 : y < 0 && e->b->op != DIM_NUMBER ? -1 : add(x, y);
    case DIM_MUL: return x < 0 || y < 0 ? -1 : mul(x, y);
    case DIM_FLOORDIV: return x < 0 || e->b->op != DIM_NUMBER || y < 1 ? -1 : floordiv(x, y);
    case DIM_MOD: return y < 1 ? -1 : y - 1;
    case DIM_MIN: return x < 0 || (y >= 0 && y < x) ? y : x;
    default: return x < 0 || y < 0 ? -1 : x > y ? x : y;
    }
}

int64_t dim_upper(dim d) { return d.expr ? upper(d.expr) : d.size; }

static int64_t smaller(int64_t x, int64_t y) { return x < y ? x : y; }
static int64_t larger(int64_t x, int64_t y) { return x > y ? x : y; }

/* By interval arithmetic: never too narrow. */
static range range_of(const dim_expr *e) {
    if (e->op == DIM_NUMBER) return (range){e->number, e->number};
    if (e->op == DIM_UNKNOWN) return (range){INT64_MIN, INT64_MAX};
    if (e->op == DIM_SYMBOL) return range_of_symbol(e->symbol);
    range x = range_of(e->a), y = range_of(e->b);
    int64_t corners[4] = {mul(x.least, y.least), mul(x.least, y.most), mul(x.most, y.least), mul(x.most, y.most)};
    switch (e->op) {
    case DIM_ADD: return (range){add(x.least, y.least), add(x.most, y.most)};
    case DIM_MUL:
        return (range){smaller(smaller(corners[0], corners[1]), smaller(corners[2], corners[3])),
                       larger(larger(corners[0], corners[1]), larger(corners[2], corners[3]))};
    case DIM_FLOORDIV: return y.least < 1 ? (range){0, INT64_MAX} : (range){floordiv(x.least, x.least < 0 ? y.least : y.most), floordiv(x.most, x.most < 0 ? y.most : y.least)};
    case DIM_MOD: return x.least >= 0 && x.most < y.least ? x : (range){0, add(y.most, -1)};
    case DIM_MIN: return (range){smaller(x.least, y.least), smaller(x.most, y.most)};
    default: return (range){larger(x.least, y.least), larger(x.most, y.most)};
    }
}

int64_t dim_least(dim d) { return d.expr ? range_of(d.expr).least : d.size; }

/* The symbol of e if there is just one, else NULL. */
static const symbol *only_symbol(const dim_expr *e, bool *several) {
    if (e->op == DIM_SYMBOL) return e->symbol;
    if (e->op == DIM_NUMBER || e->op == DIM_UNKNOWN) return NULL;
    const symbol *x = only_symbol(e->a, several), *y = only_symbol(e->b, several);
    *several = *several || (x && y && x != y);
    return x ? x : y;
}

static int64_t value_at(const dim_expr *e, int64_t at) {
    if (e->op == DIM_NUMBER) return e->number;
    if (e->op == DIM_SYMBOL) return at;
    int64_t x = value_at(e->a, at), y = value_at(e->b, at);
    switch (e->op) {
    case DIM_ADD: return add(x, y);
    case DIM_MUL: return mul(x, y);
    case DIM_FLOORDIV: return y ? floordiv(x, y) : 0;
    case DIM_MOD: return mod(x, y);
    case DIM_MIN: return smaller(x, y);
    default: return larger(x, y);
    }
}

static bool is_bounded(const dim_expr *e) {
    if (e->op == DIM_NUMBER) return true;
    if (e->op == DIM_SYMBOL) return e->symbol->open || e->symbol->max > 0;
    return e->op != DIM_UNKNOWN && is_bounded(e->a) && is_bounded(e->b);
}

/* Intervals know nothing of x - x. Of one symbol all sizes can be tried. */
bool dim_reaches(dim d, int64_t least) {
    enum { MOST_SIZES = 1 << 16 };
    if (dim_is_number(d)) return d.size >= least;
    bool several = false;
    const symbol *s = only_symbol(d.expr, &several);
    if (!is_bounded(d.expr)) return false;
    const range sizes = s ? range_of_symbol(s) : (range){0, 0};
    if (!s || several || sizes.most - sizes.least >= MOST_SIZES) return dim_least(d) >= least;
    for (int64_t at = sizes.least; at <= sizes.most; at++)
        if (value_at(d.expr, at) < least) return false;
    return true;
}

/* As it is where it is a plain word, else quoted. */
static void print_symbol(FILE *f, const char *name) {
    bool plain = *name && !(*name >= '0' && *name <= '9');
    for (const char *c = name; *c; c++) plain &= isalnum((unsigned char)*c) || *c == '_';
    if (plain) fputs(name, f);
    else print_quoted(f, name, strlen(name));
}

static void print_part(FILE *f, const symbol *s, int64_t times, int64_t by) {
    fputs(times != 1 ? "(* " : "", f);
    fputs(by != 1 ? "(/ " : "", f);
    print_symbol(f, s->name);
    if (by != 1) fprintf(f, " %lld)", (long long)by);
    if (times != 1) fprintf(f, " %lld)", (long long)times);
}

static void print(FILE *f, const dim_expr *e) {
    static const char *const names[] = {[DIM_ADD] = "+", [DIM_MUL] = "*", [DIM_FLOORDIV] = "/", [DIM_MOD] = "%", [DIM_MAX] = "max", [DIM_MIN] = "min"};
    int64_t times, by;
    const symbol *s = dim_part((dim){.expr = e}, &times, &by);
    if (s) {
        print_part(f, s, times, by);
        return;
    }
    switch (e->op) {
    case DIM_UNKNOWN: fputc('?', f); return;
    case DIM_NUMBER: fprintf(f, "%lld", (long long)e->number); return;
    default:
        fprintf(f, "(%s ", names[e->op]);
        print(f, e->a);
        fputc(' ', f);
        print(f, e->b);
        fputc(')', f);
    }
}

void dim_print(FILE *f, dim d) {
    if (d.expr) print(f, d.expr);
    else fprintf(f, "%lld", (long long)d.size);
}
