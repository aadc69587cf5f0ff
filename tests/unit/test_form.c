#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* first the standard headers that cmocka wants */
#include <cmocka.h>
#include <stdlib.h>

#include "compiler/proof/form.h"

static facts *known;

static int set_up(void **state) {
    (void)state;
    known = calloc(1, sizeof *known);
    return !known;
}

static int tear_down(void **state) {
    (void)state;
    free(known);
    return 0;
}

/* factor * a + b, which fits in these tests */
static form sum(int64_t factor, form a, form b) {
    form r;
    assert_true(form_add(&b, factor, &a, &r));
    return r;
}

static void check_range(form f, int64_t lo, int64_t hi) {
    range r = facts_range(known, &f);
    assert_int_equal(r.lo, lo);
    assert_int_equal(r.hi, hi);
}

static void adds(void **state) {
    (void)state;
    form i = facts_symbol(known, (range){0, 9}), j = facts_symbol(known, (range){-3, 3});
    check_range(sum(4, i, form_constant(1)), 1, 37);
    check_range(sum(-2, i, j), -21, 3);
    form same = sum(-1, i, i);
    assert_int_equal(same.n, 0);
    form huge = form_constant(INT64_MAX), r;
    assert_false(form_add(&huge, 1, &huge, &r));
    assert_int_equal(facts_symbol(known, (range){5, 5}).constant, 5);
}

/* Sample s of n, each of 12 h w bytes where 12 * 60 * 50 are the most: it ends within n times the most. */
static void bounds_by_multiples(void **state) {
    (void)state;
    form n = facts_symbol(known, (range){2, 8}), s = facts_symbol(known, (range){0, 7}), h = facts_symbol(known, (range){16, 60}),
         w = facts_symbol(known, (range){18, 50}), product;
    form before = sum(-1, s, n);
    before.constant--; /* s < n */
    assert_true(facts_assume(known, before));
    assert_true(facts_multiply(known, &s, &h, &product) && facts_multiply(known, &product, &w, &product));
    form left = sum(36000, n, sum(-12, product, form_constant(-36000)));
    assert_true(facts_at_least(known, &left, 0));
    assert_false(facts_at_least(known, &left, 1));
    left = sum(36000, n, sum(-13, product, form_constant(-36000)));
    assert_false(facts_at_least(known, &left, 0));
}

/* A loop from b to e by 4, of which b <= 96 and e <= 111 are known, and e <= b + 16: one bound alone is not enough. */
static void bounds_by_constraints(void **state) {
    (void)state;
    form b = facts_symbol(known, (range){0, 96}), e = facts_symbol(known, (range){16, 111}), t = facts_symbol(known, (range){0, 3});
    form y = sum(4, t, b);
    check_range(y, 0, 108);
    facts_mark here = facts_here(known);
    form less = sum(-1, y, e);
    less.constant--; /* y < e */
    assert_true(facts_assume(known, less));
    facts_assume(known, sum(-1, e, form_constant(107))); /* e <= 107 */
    form most = sum(-1, y, form_constant(106));
    assert_true(facts_at_least(known, &most, 0));
    facts_return(known, here);
    assert_false(facts_at_least(known, &most, 0));
}

/* 4t <= 7 means t <= 1. */
static void rounds_to_whole_numbers(void **state) {
    (void)state;
    form t = facts_symbol(known, (range){0, 100});
    assert_true(facts_assume(known, sum(-4, t, form_constant(7))));
    check_range(t, 0, 1);
    assert_false(facts_assume(known, sum(1, t, form_constant(-2)))); /* t >= 2 */
}

static void divides(void **state) {
    (void)state;
    form i = facts_symbol(known, (range){0, 27}), q, r, again, rest;
    assert_true(facts_divide(known, &i, 4, &q, &r));
    check_range(q, 0, 6);
    check_range(r, 0, 3);
    assert_true(facts_divide(known, &i, 4, &again, &rest));
    assert_true(form_equal(&q, &again) && form_equal(&r, &rest));
    form whole = sum(4, q, r), zero = sum(-1, i, whole); /* i = 4q + r */
    check_range(zero, 0, 0);
    form exact = sum(8, i, form_constant(3)); /* (8i + 3) / 4 = 2i, rest 3 */
    assert_true(facts_divide(known, &exact, 4, &q, &r));
    assert_true(form_equal(&r, &(form){.constant = 3}));
    check_range(sum(-2, i, q), 0, 0);
    form negative = sum(1, i, form_constant(-1));
    assert_false(facts_divide(known, &negative, 4, &q, &r));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(adds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bounds_by_multiples, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bounds_by_constraints, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rounds_to_whole_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(divides, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
