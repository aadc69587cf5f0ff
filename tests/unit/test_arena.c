/* Memory from arenas: zeroed, aligned, apart from each other, gone at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* first the standard headers that cmocka wants */
#include <cmocka.h>

#include "ir/ir.h"

static int set_up(void **state) {
    *state = arena_new();
    return 0;
}

static int tear_down(void **state) {
    arena_free(*state);
    return 0;
}

static bool all_are(const unsigned char *p, size_t size, int byte) {
    for (size_t i = 0; i < size; i++)
        if (p[i] != byte) return false;
    return true;
}

/* Sizes around alignments and chunks; each block keeps its own pattern. */
static void blocks_are_zeroed_aligned_and_apart(void **state) {
    static const size_t sizes[] = {0, 1, 15, 16, 17, 63, 64, 65, 1000, 16383, 16384, 16385, 65535, 65536, 65537, 1000000};
    enum { N = sizeof sizes / sizeof *sizes, ROUNDS = 20 };
    unsigned char *blocks[ROUNDS][N];
    for (int r = 0; r < ROUNDS; r++)
        for (int i = 0; i < N; i++) {
            unsigned char *p = blocks[r][i] = arena_alloc(*state, sizes[i]);
            assert_non_null(p);
            assert_int_equal((uintptr_t)p % (sizes[i] >= 64 ? 64 : 16), 0);
            assert_true(all_are(p, sizes[i], 0));
            memset(p, r * N + i + 1, sizes[i]);
        }
    for (int r = 0; r < ROUNDS; r++)
        for (int i = 0; i < N; i++) assert_true(all_are(blocks[r][i], sizes[i], (r * N + i + 1) & 255));
}

static void strings_are_copied(void **state) {
    char source[] = "abc";
    char *whole = arena_strdup(*state, source), *part = arena_strndup(*state, source, 2), *bytes = arena_copy(*state, source, 4);
    memset(source, 'x', 3);
    assert_string_equal(whole, "abc");
    assert_string_equal(part, "ab");
    assert_memory_equal(bytes, "abc", 4);
    assert_string_equal(arena_printf(*state, "%s-%d", whole, 42), "abc-42");
    char *longer = arena_printf(*state, "%070000d", 7);
    assert_int_equal(strlen(longer), 70000);
    assert_int_equal(longer[69999], '7');
    assert_non_null(arena_copy(*state, NULL, 0));
}

static void nothing_is_freed_twice(void **state) {
    (void)state;
    arena_free(NULL);
    arena_free(arena_new());
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {TEST(blocks_are_zeroed_aligned_and_apart), TEST(strings_are_copied), TEST(nothing_is_freed_twice)};
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
