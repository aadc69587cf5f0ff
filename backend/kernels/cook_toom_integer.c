#include "backend/kernels/cook_toom_integer.h"

#include <stdlib.h>

static int64_t gcd(int64_t a, int64_t b) { return b ? gcd(b, a % b) : llabs(a); }
static int64_t lcm(int64_t a, int64_t b) { return a / gcd(a, b) * b; }

static rational times(rational x, int64_t num, int64_t den) {
    num *= x.num, den *= x.den;
    const int64_t d = gcd(num, den);
    return (rational){num / d, den / d};
}

/* Makes a row of coprime whole numbers; returns how much it had to grow. */
static rational make_whole(rational *row, int n) {
    int64_t denominators = 1, common = 0;
    for (int i = 0; i < n; i++) denominators = lcm(denominators, row[i].den);
    for (int i = 0; i < n; i++) common = gcd(common, row[i].num * (denominators / row[i].den));
    for (int i = 0; i < n; i++) row[i] = times(row[i], denominators, common);
    return times((rational){denominators, 1}, 1, common);
}

cook_toom_integer cook_toom_to_integers(const cook_toom *f) {
    cook_toom_integer to = {.filter = *f, .scale = 1};
    cook_toom *whole = &to.filter;
    for (int j = 0; j < f->n; j++) {
        const rational grown[] = {make_whole(whole->g[j], f->r), make_whole(whole->bt[j], f->n)};
        for (int i = 0; i < f->m; i++) {
            for (int k = 0; k < 2; k++) whole->at[i][j] = times(whole->at[i][j], grown[k].den, grown[k].num);
            to.scale = lcm(to.scale, whole->at[i][j].den);
        }
    }
    for (int i = 0; i < f->m; i++)
        for (int j = 0; j < f->n; j++) whole->at[i][j] = times(whole->at[i][j], to.scale, 1);
    return to;
}

integer_scale cook_toom_unscale(const cook_toom_integer f[2]) {
    integer_scale s = {.inverse = 1};
    int64_t odd = f[0].scale * f[1].scale;
    for (; odd % 2 == 0; odd /= 2) s.shift++;
    for (int i = 0; i < 5; i++) s.inverse *= 2 - (uint32_t)odd * s.inverse; /* Newton: each step doubles the bits that are right */
    return s;
}

/* Of a row: the sums of its positive numbers and of its negative ones. */
static void row_sums(const rational *row, int n, int64_t sums[2]) {
    sums[0] = sums[1] = 0;
    for (int i = 0; i < n; i++) sums[row[i].num < 0] += llabs(row[i].num);
}

bool cook_toom_integer_holds(const cook_toom_integer f[2], int64_t largest) {
    enum { WORD = 32767, BYTE = 255, SIGNED_BYTE = 128 };
    for (int i = 0; i < f[0].filter.n; i++)
        for (int j = 0; j < f[1].filter.n; j++) {
            int64_t down[2], across[2];
            row_sums(f[0].filter.bt[i], f[0].filter.n, down);
            row_sums(f[1].filter.bt[j], f[1].filter.n, across);
            if (BYTE * (down[0] * across[0] + down[1] * across[1]) > WORD || BYTE * (down[0] * across[1] + down[1] * across[0]) > WORD) return false;
            row_sums(f[0].filter.g[i], f[0].filter.r, down);
            row_sums(f[1].filter.g[j], f[1].filter.r, across);
            if (SIGNED_BYTE * (down[0] + down[1]) * (across[0] + across[1]) > WORD) return false;
        }
    const integer_scale s = cook_toom_unscale(f);
    return s.shift < 31 && largest < (int64_t)1 << (31 - s.shift);
}
