#include "backend/kernels/linear_map.h"

#include <stdbool.h>
#include <stdlib.h>

typedef struct term {
    rational factor;
    char name[24];
} term;

static bool is_zero(rational x) { return x.num == 0; }
static bool is_unit(rational x) { return x.den == 1 && llabs(x.num) == 1; }
static bool same(rational x, rational y) { return x.num == y.num && x.den == y.den; }
static bool opposite(rational x, rational y) { return x.num == -y.num && x.den == y.den; }

static void put_factor(text *out, rational x) {
    double factor = rational_value(x);
    text_printf(out, factor == (double)(int64_t)factor ? "v16_set(%.1ff)" : "v16_set(%.9gf)", factor);
}

/* The sum of the terms, one operation inside the other; a term that needs no product comes first. */
static void put_sum(text *out, const term *terms, int n) {
    int first = 0;
    for (int i = n - 1; i >= 0; i--)
        if (is_unit(terms[i].factor) && terms[i].factor.num > 0) first = i;
    text sum = {.arena = out->arena};
    if (n == 0) text_put(&sum, "v16_zero()");
    else if (is_unit(terms[first].factor) && terms[first].factor.num > 0) text_put(&sum, terms[first].name);
    else {
        text_put(&sum, "v16_mul(");
        put_factor(&sum, terms[first].factor);
        text_printf(&sum, ", %s)", terms[first].name);
    }
    for (int i = 0; i < n; i++) {
        if (i == first) continue;
        text next = {.arena = out->arena};
        if (is_unit(terms[i].factor)) {
            text_printf(&next, "%s(%s, %s)", terms[i].factor.num > 0 ? "v16_add" : "v16_sub", sum.bytes, terms[i].name);
        } else {
            text_put(&next, "v16_fma(");
            put_factor(&next, terms[i].factor);
            text_printf(&next, ", %s, %s)", terms[i].name, sum.bytes);
        }
        sum = next;
    }
    text_put(out, sum.bytes);
}

static void put_definition(text *out, const char *name, char kind, int index, const term *terms, int n) {
    if (kind) text_printf(out, "const v16 %s_%c%d = ", name, kind, index);
    else text_printf(out, "const v16 %s%d = ", name, index);
    put_sum(out, terms, n);
    text_put(out, ";\n");
}

typedef struct map {
    text *out;
    int rows, cols;
    rational m[COOK_TOOM_MAX][COOK_TOOM_MAX]; /* over `inputs` */
    char inputs[COOK_TOOM_MAX][24];
    const char *to;
} map;

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
            text_printf(f->out, "const v16 %s_s%d = v16_add(%s, %s), %s_d%d = v16_sub(%s, %s);\n", f->to, j, f->inputs[j], f->inputs[k], f->to,
                        j, f->inputs[j], f->inputs[k]);
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

void linear_map_emit(text *out, const rational matrix[COOK_TOOM_MAX][COOK_TOOM_MAX], int rows, int cols, const char *from,
                     const char *to) {
    map f = {.out = out, .rows = rows, .cols = cols, .to = to};
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
            put_definition(out, to, 0, i, terms, collect(&f, i, -1, false, terms));
            continue;
        }
        put_definition(out, to, 'e', i, terms, collect(&f, i, k, false, terms));
        put_definition(out, to, 'o', i, terms, collect(&f, i, k, true, terms));
        text_printf(out, "const v16 %s%d = v16_add(%s_e%d, %s_o%d), %s%d = v16_sub(%s_e%d, %s_o%d);\n", to, i, to, i, to, i, to, k, to, i, to, i);
        done[k] = true;
    }
}
