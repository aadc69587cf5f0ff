#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* first the standard headers that cmocka wants */
#include <cmocka.h>

#include "compiler/compare.h"

static arena *memory;

static int set_up(void **state) {
    (void)state;
    memory = arena_new();
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    arena_free(memory);
    return 0;
}

static tensor vector(dtype t, int n, const double *x) {
    tensor v = tensor_new(memory, type_tensor(memory, t, 1, (int64_t[]){n}));
    for (int i = 0; i < n; i++) dtype_store_float(t, v.data, i, x[i]);
    return v;
}

static difference compare(dtype t, int n, const double *got, const double *want, tolerance bound) {
    tensor g = vector(t, n, got), w = vector(t, n, want);
    return compare_tensors(&g, &w, &bound);
}

static void test_relative_to_the_largest(void **state) {
    (void)state;
    difference d = compare(DT_F32, 2, (double[]){0.0005, 100}, (double[]){0, 100}, default_tolerance);
    assert_true(d.same);
    d = compare(DT_F32, 2, (double[]){0.002, 100}, (double[]){0, 100}, default_tolerance);
    assert_false(d.same);
    assert_int_equal(d.worst, 0);
    assert_int_equal(d.wrong, 1);
    assert_true(fabs(d.relative - 2e-5) < 1e-9);
}

static void test_each_element(void **state) {
    (void)state;
    tolerance each = {.relative = 1e-5, .rtol = 1e-3, .atol = 1e-7};
    assert_false(compare(DT_F32, 2, (double[]){0.0005, 100}, (double[]){0, 100}, each).same);
    assert_true(compare(DT_F32, 2, (double[]){0, 100.09}, (double[]){0, 100}, each).same);
}

static void test_nan_and_infinity(void **state) {
    (void)state;
    tolerance loose = {.relative = 1, .rtol = -1, .atol = -1};
    assert_true(compare(DT_F32, 2, (double[]){NAN, INFINITY}, (double[]){NAN, INFINITY}, loose).same);
    assert_false(compare(DT_F32, 2, (double[]){NAN, 1}, (double[]){1, 1}, loose).same);
    assert_false(compare(DT_F32, 2, (double[]){1, 1}, (double[]){NAN, 1}, loose).same);
    assert_false(compare(DT_F32, 2, (double[]){INFINITY, 1}, (double[]){-INFINITY, 1}, loose).same);
    assert_false(compare(DT_F32, 2, (double[]){1e30, 1}, (double[]){INFINITY, 1}, loose).same);
}

static void test_all_zero_reference(void **state) {
    (void)state;
    assert_true(compare(DT_F32, 1, (double[]){0}, (double[]){0}, default_tolerance).same);
    assert_false(compare(DT_F32, 1, (double[]){1e-20}, (double[]){0}, default_tolerance).same);
}

static void test_small_floats_have_coarser_units(void **state) {
    (void)state;
    assert_true(compare(DT_F16, 1, (double[]){1 + 0x1p-10}, (double[]){1}, default_tolerance).same);
    assert_false(compare(DT_F16, 1, (double[]){1 + 0x1p-8}, (double[]){1}, default_tolerance).same);
}

static void test_integers_are_exact(void **state) {
    (void)state;
    difference d = compare(DT_I8, 3, (double[]){1, 2, 3}, (double[]){1, 2, 4}, default_tolerance);
    assert_false(d.same);
    assert_int_equal(d.worst, 2);
    assert_true(compare(DT_I8, 3, (double[]){1, 2, 3}, (double[]){1, 2, 3}, default_tolerance).same);
}

static void test_types_and_shapes_must_match(void **state) {
    (void)state;
    tensor f = vector(DT_F32, 1, (double[]){1}), i = vector(DT_I32, 1, (double[]){1}), two = vector(DT_F32, 2, (double[]){1, 1});
    assert_false(compare_tensors(&f, &i, &default_tolerance).comparable);
    assert_false(compare_tensors(&f, &two, &default_tolerance).comparable);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_relative_to_the_largest),
        cmocka_unit_test(test_each_element),
        cmocka_unit_test(test_nan_and_infinity),
        cmocka_unit_test(test_all_zero_reference),
        cmocka_unit_test(test_small_floats_have_coarser_units),
        cmocka_unit_test(test_integers_are_exact),
        cmocka_unit_test(test_types_and_shapes_must_match),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
