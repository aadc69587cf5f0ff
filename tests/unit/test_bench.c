#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* first the standard headers that cmocka wants */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/bench.h"
#include "compiler/report.h"

static arena *pool;
static diagnostics diags;

static int set_up(void **state) {
    (void)state;
    pool = arena_new();
    diags = (diagnostics){0};
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    arena_free(pool);
    return 0;
}

static bench_layer layers[] = {
    {.name = "a", .kernel = "halo", .how = "", .seconds = 1e-6, .activations = 1000},
    {"a", "conv_direct", "tile <1x6>", 5e-3, 2e8, 4e-3, 4e6, 1e6, 0},
    {"fc", "conv_direct", "", 1e-3, 1e7, 0, 2e7, 1e3, 0},
};
static const bench_result result = {
    .model = "net & more.onnx", .target = "generic", .compiler = "cc -O2", .machine = "a CPU", .statistic = "median", .runs = 7,
    .peak = {.operations = 1e11, .bytes = 1e10}, .seconds = 6e-3, .operations = 2.1e8, .layers = layers, .n_layers = 3};

static void test_roof(void **state) {
    (void)state;
    assert_true(bench_roof(&layers[1], &result.peak) == 1e11);          /* 40 operations a byte: arithmetic is the limit */
    bench_layer narrow = layers[1];
    narrow.peak = 2e11; /* of the type that it multiplies in */
    assert_true(bench_roof(&narrow, &result.peak) == 2e11);
    assert_true(bench_roof(&layers[2], &result.peak) < 1e10 * 1e7 / 2e7); /* half an operation a byte */
    assert_true(bench_roof(&layers[2], &result.peak) > 0.99 * 1e10 * 1e7 / 2e7);
}

/* By name and kernel first; a layer whose kernel is another now by its name alone; each old layer once. */
static void test_match(void **state) {
    (void)state;
    bench_layer now[] = {{.name = "a", .kernel = "conv_winograd"}, {.name = "a", .kernel = "halo"}, {.name = "a", .kernel = "copy"},
                         {.name = "b", .kernel = "conv_direct"}};
    bench_result new = {.layers = now, .n_layers = 4};
    const int *match = bench_match(&new, &result, pool);
    assert_int_equal(match[0], 1);
    assert_int_equal(match[1], 0);
    assert_int_equal(match[2], -1);
    assert_int_equal(match[3], -1);
}

static char *printed(const bench_result *r, const bench_result *old, bool html) {
    char *bytes = NULL;
    size_t size;
    FILE *f = open_memstream(&bytes, &size);
    if (html) assert_true(bench_write_html(f, r, old, pool, &diags));
    else bench_print(f, r, old, pool);
    fclose(f);
    return bytes;
}

static void test_table(void **state) {
    (void)state;
    bench_layer before[] = {layers[0], layers[1], layers[2], {.name = "gone", .kernel = "copy", .how = "", .seconds = 2e-6}};
    before[1].seconds = 1e-2;
    bench_result old = result;
    old.layers = before, old.n_layers = 4;
    char *table = printed(&result, &old, false);
    assert_non_null(strstr(table, "5000.0    4000.0   10000.0   2.00x  83.3 %     40.00  40.0 %      1.00  10.0 %"));
    assert_non_null(strstr(table, "gone "));
    free(table);
    table = printed(&result, NULL, false);
    assert_null(strstr(table, "gone"));
    assert_non_null(strstr(table, "5000.0    4000.0  83.3 %     40.00  40.0 %      1.00  10.0 %"));
    free(table);
}

static void test_page(void **state) {
    (void)state;
    char *page = printed(&result, &result, true);
    assert_non_null(strstr(page, "net &#38; more.onnx"));
    assert_non_null(strstr(page, "tile &#60;1x6&#62;"));
    assert_null(strstr(page, "${"));
    assert_null(strstr(page, ">nan"));
    assert_null(strstr(page, "\"nan"));
    assert_non_null(strstr(page, "<td>5000.0</td><td>4000.0</td>"));
    free(page);
}

static void test_readable_name(void **state) {
    (void)state;
    assert_string_equal(readable_name(pool, "a\tb\x7f é€😀"), "a?b? é€😀");
    assert_string_equal(readable_name(pool, "\xff\xc3|\xe2\x82|\xc0\x80|\xed\xa0\x80|\xf4\x90\x80\x80"), "??|??|??|???|????");
}

static void test_file(void **state) {
    (void)state;
    char path[] = "/tmp/cnnc-test-XXXXXX";
    int fd = mkstemp(path);
    FILE *f = fdopen(fd, "w");
    assert_non_null(f);
    assert_true(bench_save(f, &result, &diags));
    assert_int_equal(fclose(f), 0);
    bench_result back;
    bool ok = bench_load(&back, path, pool, &diags);
    unlink(path);
    assert_true(ok);
    assert_string_equal(back.model, result.model);
    assert_true(back.seconds == result.seconds && back.peak.bytes == result.peak.bytes && back.runs == result.runs);
    assert_int_equal(back.n_layers, 3);
    assert_string_equal(back.layers[1].how, layers[1].how);
    assert_true(back.layers[1].seconds == layers[1].seconds && back.layers[2].weights == layers[2].weights);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_roof, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_match, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_table, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_page, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_readable_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_file, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("bench", tests, NULL, NULL);
}
