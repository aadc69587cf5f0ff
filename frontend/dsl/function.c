#include "frontend/dsl/function.h"

#include <math.h>
#include <string.h>

static datum length(lowering *l, const ast *at, const datum *a, int n) {
    (void)l, (void)at, (void)n;
    if (a->kind == DATUM_STRING) return datum_int((int64_t)strlen(a->string));
    return a->kind == DATUM_LIST ? datum_int(a->count) : datum_nothing();
}

/* The least or greatest of some numbers, or of those in a list. */
static datum extremum(const datum *a, int n, bool greatest) {
    if (n == 1 && a->kind == DATUM_LIST) n = a->count, a = a->items;
    if (!n) return datum_nothing();
    for (int i = 0; i < n; i++)
        if (!datum_is_number(a[i])) return datum_nothing();
    datum best = a[0];
    for (int i = 1; i < n; i++)
        if (greatest ? datum_number(a[i]) > datum_number(best) : datum_number(a[i]) < datum_number(best)) best = a[i];
    return best;
}

static datum least(lowering *l, const ast *at, const datum *a, int n) { return (void)l, (void)at, extremum(a, n, false); }
static datum greatest(lowering *l, const ast *at, const datum *a, int n) { return (void)l, (void)at, extremum(a, n, true); }

/* A float as a whole number, rounded by f. */
static datum rounded(lowering *l, const ast *at, datum x, double (*f)(double)) {
    if (x.kind == DATUM_INT) return x;
    if (x.kind != DATUM_FLOAT) return datum_nothing();
    double y = f(x.number);
    if (fabs(y) < 0x1p62) return datum_int((int64_t)y);
    lower_error(l, at, NULL, "%g is no whole number of 64 bits", x.number);
    return datum_error();
}

static datum round_down(lowering *l, const ast *at, const datum *a, int n) { return (void)n, rounded(l, at, *a, floor); }
static datum round_up(lowering *l, const ast *at, const datum *a, int n) { return (void)n, rounded(l, at, *a, ceil); }
static datum round_even(lowering *l, const ast *at, const datum *a, int n) { return (void)n, rounded(l, at, *a, rint); }
static datum truncate_to_int(lowering *l, const ast *at, const datum *a, int n) { return (void)n, rounded(l, at, *a, trunc); }

static datum root(lowering *l, const ast *at, const datum *a, int n) {
    (void)l, (void)at, (void)n;
    return datum_is_number(*a) && datum_number(*a) >= 0 ? datum_float(sqrt(datum_number(*a))) : datum_nothing();
}

static datum reversed(lowering *l, const ast *at, const datum *a, int n) {
    (void)n;
    if (a->kind != DATUM_LIST) return datum_nothing();
    if (!charge(l, at, a->count)) return datum_error();
    datum *items = ARENA_ARRAY(l->arena, datum, a->count);
    for (int i = 0; i < a->count; i++) items[i] = a->items[a->count - 1 - i];
    return datum_list(items, a->count);
}

/* Lists side by side, as long as the shortest. */
static datum zip(lowering *l, const ast *at, const datum *a, int n) {
    int count = INT32_MAX;
    for (int i = 0; i < n; i++) {
        if (a[i].kind != DATUM_LIST) return datum_nothing();
        if (a[i].count < count) count = a[i].count;
    }
    if (!charge(l, at, (int64_t)count * n)) return datum_error();
    datum *rows = ARENA_ARRAY(l->arena, datum, count);
    for (int k = 0; k < count; k++) {
        datum *row = ARENA_ARRAY(l->arena, datum, n);
        for (int i = 0; i < n; i++) row[i] = a[i].items[k];
        rows[k] = datum_list(row, n);
    }
    return datum_list(rows, count);
}

static datum fail(lowering *l, const ast *at, const datum *a, int n) {
    (void)n;
    if (a->kind != DATUM_STRING) return datum_nothing();
    lower_error(l, at, NULL, "%s", a->string);
    return datum_error();
}

static const function_info functions[] = {
    {"len", "len(list)", 1, 1, length},
    {"min", "min(a, b, …) or min(list)", 1, LOWER_MAX_ARGUMENTS, least},
    {"max", "max(a, b, …) or max(list)", 1, LOWER_MAX_ARGUMENTS, greatest},
    {"floor", "floor(number)", 1, 1, round_down},
    {"ceil", "ceil(number)", 1, 1, round_up},
    {"round", "round(number)", 1, 1, round_even},
    {"int", "int(number)", 1, 1, truncate_to_int},
    {"sqrt", "sqrt(number)", 1, 1, root},
    {"reversed", "reversed(list)", 1, 1, reversed},
    {"zip", "zip(list, list, …)", 2, LOWER_MAX_ARGUMENTS, zip},
    {"error", "error(\"what is wrong\")", 1, 1, fail},
};

const function_info *functions_all(int *count) {
    *count = (int)(sizeof functions / sizeof *functions);
    return functions;
}

const function_info *function_find(const char *name) {
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (!strcmp(functions[i].name, name)) return &functions[i];
    return NULL;
}

void functions_offer(guess *g) {
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) guess_offer(g, functions[i].name);
}
