/* Minimal filtering: AT ((G g) * (BT d)) is the correlation, for every unit g and d; in whole numbers so many times it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "backend/kernels/cook_toom_integer.h"

static double product(const cook_toom *f, int i, int k, int l) {
    double sum = 0;
    for (int j = 0; j < f->n; j++) sum += rational_value(f->at[i][j]) * rational_value(f->g[j][k]) * rational_value(f->bt[j][l]);
    return sum;
}

static const int forms[][3] = {{2, 3, 1}, {4, 3, 1}, {6, 3, 1}, {2, 5, 1}, {4, 5, 1}, {2, 7, 1}, {1, 3, 1}, {1, 1, 1}, {2, 3, 2}, {3, 3, 2}, {4, 3, 2}, {2, 5, 2}, {2, 7, 2}};

static void is_a_correlation(void **state) {
    (void)state;
    for (size_t form = 0; form < sizeof forms / sizeof *forms; form++) {
        cook_toom f;
        assert_true(cook_toom_make(forms[form][0], forms[form][1], forms[form][2], &f));
        assert_int_equal(f.n, (f.m - 1) * f.stride + f.r);
        for (int i = 0; i < f.m; i++)
            for (int k = 0; k < f.r; k++)
                for (int l = 0; l < f.n; l++) assert_true(fabs(product(&f, i, k, l) - (l == f.stride * i + k)) < 1e-12);
    }
}

/* Lavin & Gray's matrices of F(4, 3), up to the signs of rows that G and BT share. */
static void knows_f_4_3(void **state) {
    (void)state;
    static const int bt0[] = {4, 0, -5, 0, 1, 0}, bt5[] = {0, 4, 0, -5, 0, 1};
    cook_toom f;
    assert_true(cook_toom_make(4, 3, 1, &f));
    for (int j = 0; j < 6; j++) {
        assert_true(rational_value(f.bt[0][j]) == bt0[j]);
        assert_true(rational_value(f.bt[5][j]) == bt5[j]);
    }
    assert_int_equal(f.g[0][0].num, 1);
    assert_int_equal(f.g[0][0].den, 4);
}

static void refuses_what_is_too_large(void **state) {
    (void)state;
    cook_toom f;
    assert_false(cook_toom_make(8, 3, 1, &f)); /* too few points */
    assert_false(cook_toom_make(6, 3, 2, &f)); /* too many products */
}

static bool is_whole(const rational *row, int n) {
    for (int i = 0; i < n; i++)
        if (row[i].den != 1) return false;
    return true;
}

static void has_whole_numbers(void **state) {
    (void)state;
    for (size_t form = 0; form < sizeof forms / sizeof *forms; form++) {
        cook_toom f;
        assert_true(cook_toom_make(forms[form][0], forms[form][1], forms[form][2], &f));
        const cook_toom_integer whole = cook_toom_to_integers(&f);
        for (int j = 0; j < f.n; j++) assert_true(is_whole(whole.filter.g[j], f.r) && is_whole(whole.filter.bt[j], f.n));
        for (int i = 0; i < f.m; i++) {
            assert_true(is_whole(whole.filter.at[i], f.n));
            for (int k = 0; k < f.r; k++)
                for (int l = 0; l < f.n; l++)
                    assert_true(product(&whole.filter, i, k, l) == (double)(l == f.stride * i + k ? whole.scale : 0));
        }
    }
}

static void make_tile(int m, int r, cook_toom_integer f[2]) {
    cook_toom one;
    assert_true(cook_toom_make(m, r, 1, &one));
    f[0] = f[1] = cook_toom_to_integers(&one);
}

/* F(4x4, 3x3): 576 = 2^6 * 9 times the sums, which leaves them 32 - 6 bits. */
static void is_undone_modulo_2_32(void **state) {
    (void)state;
    cook_toom_integer f[2];
    make_tile(4, 3, f);
    assert_int_equal(f[0].scale, 24);
    const integer_scale s = cook_toom_unscale(f);
    assert_int_equal(s.shift, 6);
    static const int32_t sums[] = {0, 1, -1, 12345, (1 << 25) - 1, -(1 << 25)};
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
        assert_int_equal((int32_t)((uint32_t)sums[i] * 576u * s.inverse) >> s.shift, sums[i]);
    assert_true(cook_toom_integer_holds(f, (1 << 25) - 1));
    assert_false(cook_toom_integer_holds(f, 1 << 25));
}

static void keeps_to_words(void **state) {
    (void)state;
    cook_toom_integer f[2];
    make_tile(2, 3, f);
    assert_true(cook_toom_integer_holds(f, (1 << 29) - 1));
    make_tile(6, 3, f);
    assert_false(cook_toom_integer_holds(f, 1)); /* transformed bytes */
    make_tile(2, 5, f);
    assert_false(cook_toom_integer_holds(f, 1)); /* transformed weights */
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(is_a_correlation),      cmocka_unit_test(knows_f_4_3),
                                       cmocka_unit_test(refuses_what_is_too_large), cmocka_unit_test(has_whole_numbers),
                                       cmocka_unit_test(is_undone_modulo_2_32), cmocka_unit_test(keeps_to_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
