/* Dimensions: arithmetic of numbers and symbols, and symbols made numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* first the standard headers that cmocka wants */
#include <cmocka.h>

#include "ir/ir.h"

typedef struct fixture {
    arena *arena;
    diagnostics diags;
    graph *graph;
    dim n, m; /* symbols: 1 to 8, and 0 to anything */
} fixture;

static int set_up(void **state) {
    fixture *f = calloc(1, sizeof *f);
    if (!f) return -1;
    f->arena = arena_new();
    f->graph = graph_new(f->arena, &f->diags, "");
    symbol *n = graph_symbol(f->graph, "N"), *m = graph_symbol(f->graph, "M");
    n->max = 8;
    m->min = 0;
    f->n = dim_symbol(f->arena, n);
    f->m = dim_symbol(f->arena, m);
    *state = f;
    return 0;
}

static int tear_down(void **state) {
    fixture *f = *state;
    arena_free(f->arena);
    free(f);
    return 0;
}

static void prints_as(const fixture *f, dim d, const char *want) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    dim_print(out, d);
    fclose(out);
    char *got = arena_strdup(f->arena, text);
    free(text);
    assert_string_equal(got, want);
}

static void is_number(dim d, int64_t n) {
    assert_true(dim_is_number(d));
    assert_int_equal(d.size, n);
}

static void numbers_are_computed(void **state) {
    arena *a = ((fixture *)*state)->arena;
    is_number(dim_add(a, dim_number(3), dim_number(-5)), -2);
    is_number(dim_mul(a, dim_number(3), dim_number(5)), 15);
    is_number(dim_max(a, dim_number(3), dim_number(5)), 5);
    is_number(dim_floordiv(a, dim_number(7), dim_number(2)), 3);
    is_number(dim_floordiv(a, dim_number(-7), dim_number(2)), -4);
    is_number(dim_floordiv(a, dim_number(-8), dim_number(2)), -4);
    is_number(dim_mod(a, dim_number(7), dim_number(4)), 3);
    is_number(dim_mod(a, dim_number(-7), dim_number(4)), 1);
}

static void sizes_saturate(void **state) {
    arena *a = ((fixture *)*state)->arena;
    is_number(dim_add(a, dim_number(INT64_MAX), dim_number(1)), INT64_MAX);
    is_number(dim_mul(a, dim_number(INT64_MAX / 2), dim_number(3)), INT64_MAX);
}

static void neutral_numbers_vanish(void **state) {
    fixture *f = *state;
    arena *a = f->arena;
    assert_true(dim_equal(dim_add(a, f->n, dim_number(0)), f->n));
    assert_true(dim_equal(dim_add(a, dim_number(0), f->n), f->n));
    assert_true(dim_equal(dim_mul(a, f->n, dim_number(1)), f->n));
    assert_true(dim_equal(dim_mul(a, dim_number(1), f->n), f->n));
    assert_true(dim_equal(dim_floordiv(a, f->n, dim_number(1)), f->n));
    is_number(dim_mul(a, f->n, dim_number(0)), 0);
}

static void expressions_print_as_text(void **state) {
    fixture *f = *state;
    arena *a = f->arena;
    prints_as(f, dim_number(7), "7");
    prints_as(f, f->n, "N");
    prints_as(f, dim_unknown(a), "?");
    prints_as(f, dim_max(a, dim_floordiv(a, dim_add(a, f->n, dim_number(3)), dim_number(2)), dim_mul(a, f->m, dim_number(4))),
              "(max (/ (+ N 3) 2) (* M 4))");
    prints_as(f, dim_mod(a, dim_add(a, f->n, f->n), dim_number(4)), "(% (* N 2) 4)");
    is_number(dim_mod(a, dim_add(a, dim_mul(a, f->n, dim_number(8)), dim_number(-3)), dim_number(4)), 1);
    prints_as(f, dim_symbol(a, graph_symbol(f->graph, "a b\"")), "\"a b\\x22\"");
    prints_as(f, dim_symbol(a, graph_symbol(f->graph, "2nd")), "\"2nd\"");
}

static void what_is_unknown_stays_so(void **state) {
    fixture *f = *state;
    prints_as(f, dim_add(f->arena, dim_unknown(f->arena), dim_number(3)), "?");
    prints_as(f, dim_max(f->arena, f->n, dim_unknown(f->arena)), "?");
}

static void equal_sums_are_equal(void **state) {
    fixture *f = *state;
    arena *a = f->arena;
    assert_true(dim_equal(dim_add(a, f->n, dim_number(2)), dim_add(a, f->n, dim_number(2))));
    assert_false(dim_equal(dim_add(a, f->n, dim_number(2)), dim_add(a, f->n, dim_number(3))));
    assert_true(dim_equal(dim_add(a, f->n, f->m), dim_add(a, f->m, f->n)));
    assert_true(dim_equal(dim_mul(a, dim_add(a, f->n, dim_number(-1)), dim_number(2)), dim_add(a, dim_mul(a, f->n, dim_number(2)), dim_number(-2))));
    assert_false(dim_equal(dim_add(a, f->n, f->m), dim_mul(a, f->n, f->m)));
    assert_false(dim_equal(f->n, f->m));
    assert_false(dim_equal(f->n, dim_number(8)));
    assert_false(dim_equal(dim_unknown(a), dim_unknown(a)));
}

static void upper_bounds(void **state) {
    fixture *f = *state;
    arena *a = f->arena;
    assert_int_equal(dim_upper(dim_number(5)), 5);
    assert_int_equal(dim_upper(f->n), 8);
    assert_int_equal(dim_upper(f->m), -1);
    assert_int_equal(dim_upper(dim_unknown(a)), -1);
    assert_int_equal(dim_upper(dim_add(a, f->n, dim_number(-3))), 5);
    assert_int_equal(dim_upper(dim_mul(a, f->n, f->n)), 64);
    assert_int_equal(dim_upper(dim_floordiv(a, dim_add(a, f->n, dim_number(1)), dim_number(2))), 4);
    assert_int_equal(dim_upper(dim_max(a, f->n, dim_number(20))), 20);
    assert_int_equal(dim_upper(dim_max(a, f->n, f->m)), -1);
}

/* (N + 7) / 2 * 2 - N is 6 or 7, which intervals cannot tell. */
static void all_sizes_are_tried(void **state) {
    fixture *f = *state;
    arena *a = f->arena;
    symbol open = {.name = "H", .min = 8, .max = 500, .multiple = 1, .open = true};
    dim h = dim_symbol(a, &open), even = dim_mul(a, dim_floordiv(a, dim_add(a, h, dim_number(7)), dim_number(2)), dim_number(2));
    dim beyond = dim_add(a, even, dim_mul(a, h, dim_number(-1)));
    assert_true(dim_reaches(beyond, 6));
    assert_false(dim_reaches(beyond, 7));
    assert_true(dim_least(beyond) < 6);
    assert_true(dim_reaches(dim_number(3), 3));
    assert_false(dim_reaches(dim_unknown(a), 0));
}

/* What halves a size, by a window of 3 with a stride of 2. */
static dim halved(arena *a, dim d) { return dim_add(a, dim_floordiv(a, dim_add(a, d, dim_number(-1)), dim_number(2)), dim_number(1)); }

static void multiples_divide_exactly(void **state) {
    fixture *f = *state;
    arena *a = f->arena;
    const symbol open = {.name = "H", .min = 96, .max = 320, .multiple = 32, .open = true};
    const dim h = dim_symbol(a, &open), half = halved(a, h), fourth = halved(a, half), part = dim_floordiv(a, h, dim_number(32));
    assert_int_equal(h.size, 320);
    assert_int_equal(dim_least(half), 48);
    assert_int_equal(dim_upper(part), 10);
    assert_true(dim_reaches(part, 3));
    assert_false(dim_reaches(part, 4));
    prints_as(f, h, "H");
    prints_as(f, half, "(/ H 2)");
    prints_as(f, dim_mul(a, h, dim_number(2)), "(* H 2)");
    prints_as(f, dim_mul(a, part, dim_number(6)), "(* (/ H 16) 3)");
    prints_as(f, dim_floordiv(a, part, dim_number(2)), "(/ (/ H 32) 2)");
    assert_true(dim_equal(dim_mul(a, fourth, dim_number(2)), half));
    assert_true(dim_equal(dim_max(a, dim_mul(a, dim_number(2), half), h), h));
    assert_ptr_equal(dim_named(dim_mul(a, part, dim_number(32))), &open);
    assert_null(dim_named(half));
    assert_null(dim_named(dim_number(3)));
    is_number(dim_mod(a, dim_add(a, h, dim_number(5)), dim_number(16)), 5);
}

static void opened_symbols_have_a_multiple(void **state) {
    fixture *f = *state;
    arena *a = f->arena;
    const dim dims[] = {f->m, halved(a, f->m)};
    value *v = region_add_input(f->graph->body, "x", type_tensor_dims(a, DT_F32, 2, dims));
    assert_true(graph_open_symbol(f->graph, "M", 8, 24, 4));
    prints_as(f, v->type.dims[0], "M");
    prints_as(f, v->type.dims[1], "(/ M 2)");
    assert_false(graph_open_symbol(f->graph, "M", 12, 24, 6));
    assert_non_null(strstr(f->diags.first, "dimension 'M' is a multiple of 4, which 6 is not"));
    assert_true(graph_open_symbol(f->graph, "M", 8, 16, 8));
    prints_as(f, v->type.dims[0], "M");
    prints_as(f, v->type.dims[1], "(/ M 2)");
    assert_int_equal(v->type.dims[1].size, 8);
    assert_false(graph_bind_symbol(f->graph, "M", 12));
    assert_true(graph_bind_symbol(f->graph, "M", 16));
    is_number(v->type.dims[0], 16);
    is_number(v->type.dims[1], 8);
}

static void symbols_become_numbers(void **state) {
    fixture *f = *state;
    arena *a = f->arena;
    const dim dims[] = {f->n, dim_add(a, dim_mul(a, f->n, dim_number(2)), f->m), dim_floordiv(a, dim_number(9), f->n), dim_max(a, f->n, dim_number(5))};
    value *v = region_add_input(f->graph->body, "x", type_tensor_dims(a, DT_F32, 4, dims));
    assert_true(graph_bind_symbol(f->graph, "N", 2));
    is_number(v->type.dims[0], 2);
    prints_as(f, v->type.dims[1], "(+ 4 M)");
    is_number(v->type.dims[2], 4);
    is_number(v->type.dims[3], 5);
    assert_int_equal(f->graph->n_symbols, 1);
    assert_true(graph_bind_symbol(f->graph, "M", 0));
    is_number(v->type.dims[1], 4);
}

static void bounds_are_kept(void **state) {
    fixture *f = *state;
    assert_false(graph_bind_symbol(f->graph, "N", 9));
    assert_non_null(strstr(f->diags.first, "dimension 'N' cannot be 9: it is at least 1 and at most 8"));
    assert_false(graph_bind_symbol(f->graph, "N", 0));
    assert_false(graph_bind_symbol(f->graph, "K", 1));
    assert_int_equal(f->diags.errors, 3);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(numbers_are_computed), TEST(sizes_saturate), TEST(neutral_numbers_vanish), TEST(expressions_print_as_text),
        TEST(what_is_unknown_stays_so), TEST(equal_sums_are_equal), TEST(upper_bounds), TEST(all_sizes_are_tried), TEST(multiples_divide_exactly),
        TEST(opened_symbols_have_a_multiple), TEST(symbols_become_numbers), TEST(bounds_are_kept),
    };
    return cmocka_run_group_tests_name("dim", tests, NULL, NULL);
}
