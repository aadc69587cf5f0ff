#include "backend/kernels/linear_map.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct term {
    rational factor;
    char name[24];
} term;

static bool is_zero(rational x) { return x.num == 0; }
static bool is_unit(rational x) { return x.den == 1 && llabs(x.num) == 1; }
static bool same(rational x, rational y) { return x.num == y.num && x.den == y.den; }
static bool opposite(rational x, rational y) { return x.num == -y.num && x.den == y.den; }

static bool is_float(const char *vector) { return !strcmp(vector, "v16"); }

static void put_factor(text *out, rational x) {
    double factor = rational_value(x);
    text_printf(out, factor == (double)(int64_t)factor ? "v16_set(%.1ff)" : "v16_set(%.9gf)", factor);
}

static void put_product(text *out, const char *vector, rational factor, const char *name) {
    if (is_float(vector)) {
        text_put(out, "v16_mul(");
        put_factor(out, factor);
        text_printf(out, ", %s)", name);
    } else {
        text_printf(out, "%s_mul(%s, %lld)", vector, name, (long long)factor.num);
    }
}

/* sum + the term. */
static void put_addition(text *out, const char *vector, const term *t, const char *sum) {
    const bool positive = t->factor.num > 0;
    if (is_unit(t->factor)) {
        text_printf(out, "%s_%s(%s, %s)", vector, positive ? "add" : "sub", sum, t->name);
    } else if (is_float(vector)) {
        text_put(out, "v16_fma(");
        put_factor(out, t->factor);
        text_printf(out, ", %s, %s)", t->name, sum);
    } else {
        text_printf(out, "%s_%s(%s, ", vector, positive ? "add" : "sub", sum);
        put_product(out, vector, (rational){llabs(t->factor.num), 1}, t->name);
        text_put(out, ")");
    }
}

/* The sum of the terms, one operation inside the other; a term that needs no product comes first. */
static void put_sum(text *out, const char *vector, const term *terms, int n) {
    int first = 0;
    for (int i = n - 1; i >= 0; i--)
        if (is_unit(terms[i].factor) && terms[i].factor.num > 0) first = i;
    text sum = {.arena = out->arena};
    if (n == 0) text_printf(&sum, "%s_zero()", vector);
    else if (is_unit(terms[first].factor) && terms[first].factor.num > 0) text_put(&sum, terms[first].name);
    else put_product(&sum, vector, terms[first].factor, terms[first].name);
    for (int i = 0; i < n; i++) {
        if (i == first) continue;
        text next = {.arena = out->arena};
        put_addition(&next, vector, &terms[i], sum.bytes);
        sum = next;
    }
    text_put(out, sum.bytes);
}

typedef struct map {
    text *out;
    const char *vector;
    int rows, cols;
    rational m[COOK_TOOM_MAX][COOK_TOOM_MAX]; /* over `inputs` */
    char inputs[COOK_TOOM_MAX][24];
    const char *to;
} map;

static void put_definition(const map *f, char kind, int index, const term *terms, int n) {
    if (kind) text_printf(f->out, "const %s %s_%c%d = ", f->vector, f->to, kind, index);
    else text_printf(f->out, "const %s %s%d = ", f->vector, f->to, index);
    put_sum(f->out, f->vector, terms, n);
    text_put(f->out, ";\n");
}

/* Inputs j and k whose coefficients agree up to sign in every row become their sum and their difference. */
static void pair_columns(map *f) {
    for (int j = 0; j < f->cols; j++)
        for (int k = j + 1; k < f->cols; k++) {
            int equal = 0, negated = 0, zero = 0;
            for (int i = 0; i < f->rows; i++) {
                zero += is_zero(f->m[i][j]) && is_zero(f->m[i][k]);
                equal += !is_zero(f->m[i][j]) && same(f->m[i][j], f->m[i][k]);
                negated += !is_zero(f->m[i][j]) && opposite(f->m[i][j], f->m[i][k]);
            }
            if (equal + negated + zero < f->rows || !equal || !negated) continue;
            text_printf(f->out, "const %s %s_s%d = %s_add(%s, %s), %s_d%d = %s_sub(%s, %s);\n", f->vector, f->to, j, f->vector, f->inputs[j],
                        f->inputs[k], f->to, j, f->vector, f->inputs[j], f->inputs[k]);
            snprintf(f->inputs[j], sizeof f->inputs[j], "%s_s%d", f->to, j);
            snprintf(f->inputs[k], sizeof f->inputs[k], "%s_d%d", f->to, j);
            for (int i = 0; i < f->rows; i++) {
                bool sum = same(f->m[i][j], f->m[i][k]);
                *(sum ? &f->m[i][k] : &f->m[i][j]) = (rational){0, 1};
                if (!sum) f->m[i][k].num = -f->m[i][k].num;
            }
            break;
        }
}

static int collect(const map *f, int row, int other, bool odd, term *terms) {
    int n = 0;
    for (int j = 0; j < f->cols; j++) {
        if (is_zero(f->m[row][j]) || (other >= 0 && odd != opposite(f->m[row][j], f->m[other][j]))) continue;
        terms[n].factor = f->m[row][j];
        snprintf(terms[n++].name, sizeof terms->name, "%s", f->inputs[j]);
    }
    return n;
}

static int partner(const map *f, int row) {
    for (int k = row + 1; k < f->rows; k++) {
        int equal = 0, negated = 0, other = 0;
        for (int j = 0; j < f->cols; j++) {
            if (is_zero(f->m[row][j]) && is_zero(f->m[k][j])) continue;
            if (same(f->m[row][j], f->m[k][j])) equal++;
            else if (opposite(f->m[row][j], f->m[k][j])) negated++;
            else other++;
        }
        if (!other && equal && negated) return k;
    }
    return -1;
}

void linear_map_emit(text *out, const rational matrix[COOK_TOOM_MAX][COOK_TOOM_MAX], int rows, int cols, const char *vector,
                     const char *from, const char *to) {
    map f = {.out = out, .vector = vector, .rows = rows, .cols = cols, .to = to};
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < cols; j++) f.m[i][j] = matrix[i][j];
    for (int j = 0; j < cols; j++) snprintf(f.inputs[j], sizeof f.inputs[j], "%s%d", from, j);
    pair_columns(&f);
    bool done[COOK_TOOM_MAX] = {false};
    for (int i = 0; i < rows; i++) {
        if (done[i]) continue;
        term terms[COOK_TOOM_MAX];
        int k = partner(&f, i);
        if (k < 0) {
            put_definition(&f, 0, i, terms, collect(&f, i, -1, false, terms));
            continue;
        }
        put_definition(&f, 'e', i, terms, collect(&f, i, k, false, terms));
        put_definition(&f, 'o', i, terms, collect(&f, i, k, true, terms));
        text_printf(out, "const %s %s%d = %s_add(%s_e%d, %s_o%d), %s%d = %s_sub(%s_e%d, %s_o%d);\n", vector, to, i, vector, to, i, to, i, to, k, vector,
                    to, i, to, i);
        done[k] = true;
    }
}
