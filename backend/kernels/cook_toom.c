#include "backend/kernels/cook_toom.h"

#include <math.h>

/* Small points keep the matrices' numbers, and so the rounding errors, small; x and -x share work. */
static const rational points[] = {{0, 1}, {1, 1}, {-1, 1}, {2, 1}, {-2, 1}, {1, 2}, {-1, 2}};

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

/* Coefficients of the product of (x - point) over all points but `without` (-1: all of them); its degree. */
static int master_polynomial(int n_points, int without, rational *c) {
    int degree = 0;
    c[0] = (rational){1, 1};
    for (int p = 0; p < n_points; p++) {
        if (p == without) continue;
        c[degree + 1] = (rational){0, 1};
        for (int i = ++degree; i > 0; i--) c[i] = minus(c[i - 1], times(points[p], c[i]));
        c[0] = minus((rational){0, 1}, times(points[p], c[0]));
    }
    return degree;
}

/* The stride 1 algorithm of one phase: products and inputs from f->n on, taps phase, phase + stride… */
static void add_phase(cook_toom *f, int phase) {
    int taps = (f->r - phase + f->stride - 1) / f->stride, n = f->m + taps - 1, finite = n - 1;
    for (int p = 0; p < n; p++) {
        int row = f->n + p;
        rational polynomial[COOK_TOOM_MAX], norm = {1, 1};
        for (int q = 0; q < finite && p < finite; q++)
            if (q != p) norm = times(norm, minus(points[p], points[q]));
        for (int i = 0; i < f->m; i++) f->at[i][row] = p < finite ? power(points[p], i) : (rational){i == f->m - 1, 1};
        for (int k = 0; k < taps; k++)
            f->g[row][phase + k * f->stride] = p < finite ? over(power(points[p], k), norm) : (rational){k == taps - 1, 1};
        int degree = master_polynomial(finite, p < finite ? p : -1, polynomial);
        for (int j = 0; j <= degree; j++) f->bt[row][phase + j * f->stride] = polynomial[j];
    }
    f->n += n;
}

bool cook_toom_make(int m, int r, int stride, cook_toom *f) {
    enum { POINTS = sizeof points / sizeof *points };
    *f = (cook_toom){.m = m, .r = r, .stride = stride};
    if ((m - 1) * stride + r > COOK_TOOM_MAX || m + (r + stride - 1) / stride - 2 > POINTS) return false;
    for (int i = 0; i < COOK_TOOM_MAX; i++)
        for (int j = 0; j < COOK_TOOM_MAX; j++) f->at[i][j] = f->g[i][j] = f->bt[i][j] = (rational){0, 1};
    for (int phase = 0; phase < stride; phase++) add_phase(f, phase);
    return true;
}

static double square_sum(const rational *row, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) sum += rational_value(row[i]) * rational_value(row[i]);
    return sum;
}

/* Product j is |G_j|^2 |BT_j|^2 in the mean square, and so are its errors; AT adds them up. */
double cook_toom_growth(const cook_toom *f) {
    double worst = 0;
    for (int i = 0; i < f->m; i++) {
        double sum = 0;
        for (int j = 0; j < f->n; j++) sum += square_sum(&f->at[i][j], 1) * square_sum(f->g[j], f->r) * square_sum(f->bt[j], COOK_TOOM_MAX);
        worst = fmax(worst, sum);
    }
    return sqrt(worst / f->r);
}
