#include "backend/kernels/cook_toom.h"

#include <stdbool.h>

/* Small points keep the matrices' numbers, and so the rounding errors, small; x and -x share work. */
static const rational points[COOK_TOOM_MAX - 1] = {{0, 1}, {1, 1}, {-1, 1}, {2, 1}, {-2, 1}, {1, 2}, {-1, 2}};

static int64_t gcd(int64_t a, int64_t b) { return b ? gcd(b, a % b) : a < 0 ? -a : a; }

static rational reduced(int64_t num, int64_t den) {
    int64_t d = gcd(num, den);
    if (den < 0) d = -d;
    return d ? (rational){num / d, den / d} : (rational){0, 1};
}

static rational times(rational x, rational y) { return reduced(x.num * y.num, x.den * y.den); }
static rational minus(rational x, rational y) { return reduced(x.num * y.den - y.num * x.den, x.den * y.den); }
static rational over(rational x, rational y) { return reduced(x.num * y.den, x.den * y.num); }

double rational_value(rational x) { return (double)x.num / (double)x.den; }

static rational power(rational x, int exponent) {
    rational y = {1, 1};
    while (exponent-- > 0) y = times(y, x);
    return y;
}

/* Coefficients of the product of (x - point) over all points but `without` (-1: all of them). */
static void master_polynomial(int n_points, int without, rational *c) {
    int degree = 0;
    c[0] = (rational){1, 1};
    for (int p = 0; p < n_points; p++) {
        if (p == without) continue;
        c[degree + 1] = (rational){0, 1};
        for (int i = ++degree; i > 0; i--) c[i] = minus(c[i - 1], times(points[p], c[i]));
        c[0] = minus((rational){0, 1}, times(points[p], c[0]));
    }
}

cook_toom cook_toom_make(int m, int r) {
    cook_toom f = {.m = m, .r = r, .n = m + r - 1};
    int finite = f.n - 1;
    for (int i = 0; i < COOK_TOOM_MAX; i++)
        for (int j = 0; j < COOK_TOOM_MAX; j++) f.at[i][j] = f.g[i][j] = f.bt[i][j] = (rational){0, 1};
    for (int p = 0; p < finite; p++) {
        rational norm = {1, 1};
        for (int q = 0; q < finite; q++)
            if (q != p) norm = times(norm, minus(points[p], points[q]));
        for (int i = 0; i < m; i++) f.at[i][p] = power(points[p], i);
        for (int k = 0; k < r; k++) f.g[p][k] = over(power(points[p], k), norm);
        master_polynomial(finite, p, f.bt[p]);
    }
    f.at[m - 1][finite] = f.g[finite][r - 1] = (rational){1, 1};
    master_polynomial(finite, -1, f.bt[finite]);
    return f;
}
