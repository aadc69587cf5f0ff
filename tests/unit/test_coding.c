/* Floats that were quantised give back their scale and zero point. */
#include "ir/ir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { N = 16 };

static coding of_numbers(const int *number, float scale, int bits) {
    float x[2 * N];
    for (int i = 0; i < N; i++) x[2 * i] = (float)number[i] * scale, x[2 * i + 1] = 0.123f;
    return coding_exact(x, N, 2, bits);
}

static void gives_back_symmetric(void **state) {
    (void)state;
    const int few[N] = {-8, 7, 3, 0, 1, -5, 2, 2, 6, -1, 0, 4, -7, 5, 1, 3}, many[N] = {-128, 3, 127, 55, -71, 0, 1, 2, 99, -100, 64, -64, 8, 13, 17, 126};
    for (int i = 1; i < 400; i++) {
        const float scale = 0.0137f * (float)i / 3;
        const coding four = of_numbers(few, scale, 4), eight = of_numbers(many, scale, 8);
        assert_true(four.scale == scale && four.zero == 0);
        assert_true(eight.scale == scale && eight.zero == 0);
        assert_true(of_numbers(many, scale, 4).scale == 0);
    }
}

/* All numbers are within the reach of unsigned ones less their zero point. */
static void finds_zero_points(void **state) {
    (void)state;
    for (int bits = 4; bits <= 8; bits += 4)
        for (int zero = 0; zero < 1 << bits; zero++) {
            int number[N];
            for (int i = 0; i < N; i++) number[i] = i * ((1 << bits) - 1) / (N - 1) - zero;
            const coding c = of_numbers(number, 0.3f, bits);
            assert_true(c.scale != 0 && c.zero <= INT8_MAX && c.zero >= INT8_MIN);
            for (int i = 0; i < N; i++) {
                const float x = (float)number[i] * 0.3f;
                const int q = (int)(x / c.scale + (x / c.scale < 0 ? -0.5f : 0.5f)) - c.zero;
                assert_true(q >= coding_least(bits) && q < -coding_least(bits) && (float)(q + c.zero) * c.scale == x);
            }
        }
}

static void refuses_others(void **state) {
    (void)state;
    int number[N] = {-128, 3, 127, 55};
    float x[N], tiny = 0x1p-149f;
    for (int i = 0; i < N; i++) x[i] = (float)number[i] * 0.25f;
    x[9] = 0.1f;
    assert_true(coding_exact(x, N, 1, 8).scale == 0);
    x[9] = 64; /* one more than is within reach of -128 */
    assert_true(coding_exact(x, N, 1, 8).scale == 0);
    x[9] = tiny;
    assert_true(coding_exact(x, N, 1, 8).scale == 0);
    for (int i = 0; i < N; i++) x[i] = 0;
    assert_true(coding_exact(x, N, 1, 4).scale == 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(gives_back_symmetric), cmocka_unit_test(finds_zero_points), cmocka_unit_test(refuses_others)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
