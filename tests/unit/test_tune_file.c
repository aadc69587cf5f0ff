/* Tuning files: what is written reads back, later findings hold, other targets and compilers do not count, files merge by
 * putting one behind the other, and what is damaged is shown with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* first the standard headers that cmocka wants */
#include <cmocka.h>

#include "backend/schedule/tune_file.h"

static int set_up(void **state) {
    *state = arena_new();
    return 0;
}

static int tear_down(void **state) {
    arena_free(*state);
    return 0;
}

static tuning read_tuning(arena *a, const char *bytes) {
    tuning t;
    diagnostics d = {0};
    if (!tuning_read(&t, "t.tune", bytes, strlen(bytes), a, &d)) fail_msg("%s", d.first);
    t.target = "x86-64-v3";
    t.compiler = "gcc 12.2.0";
    return t;
}

static const char *best(const tuning *t, const char *signature) {
    const char *source;
    return t->advice.best(&t->advice, NULL, signature, &source);
}

static char *printed(arena *a, const finding *list, int n) {
    char *bytes = NULL;
    size_t size;
    FILE *f = open_memstream(&bytes, &size);
    assert_non_null(f);
    tuning_print_header(f);
    for (int i = 0; i < n; i++) finding_print(f, &list[i]);
    fclose(f);
    char *copy = arena_strdup(a, bytes);
    free(bytes);
    return copy;
}

#define HERE "\"x86-64-v3\" \"gcc 12.2.0\" "

static void findings_come_back(void **state) {
    const finding list[] = {
        {FINDING_TIME, "x86-64-v3", "gcc 12.2.0", "conv(f32[1,3,\"odd\\name\n\"])", "conv_direct tile 1x1x6", {812.25, 640.5}},
        {FINDING_BEST, "generic", "clang 19.1.7", "", "conv_winograd 4x4 block 49", {0.125}},
        {FINDING_USE, "x86-64-v3", "gcc 12.2.0", "conv \xc3\xa4", "b", {1e6}}};
    enum { N = sizeof list / sizeof *list };
    char *first = printed(*state, list, N);
    tuning t = read_tuning(*state, first);
    assert_int_equal(t.n, N);
    for (int i = 0; i < N; i++) {
        const finding *x = &t.findings[i], *want = &list[i];
        assert_int_equal(x->kind, want->kind);
        assert_string_equal(x->target, want->target);
        assert_string_equal(x->compiler, want->compiler);
        assert_string_equal(x->signature, want->signature);
        assert_string_equal(x->candidate, want->candidate);
        for (int k = 0; k < 2; k++) assert_true(x->microseconds[k] == want->microseconds[k]);
    }
    assert_string_equal(printed(*state, t.findings, t.n), first);
}

static void later_lines_hold(void **state) {
    tuning t = read_tuning(*state, "cnnc-tune 1\n"
                                   "best " HERE "\"k\" \"one\" 3\n# a comment\nuse " HERE "\"k\" \"two\" 4\n"
                                   "time " HERE "\"k\" \"three\" 1 1\nbest " HERE "\"other\" \"four\" 1\n");
    assert_string_equal(best(&t, "k"), "two");
    tuning_add(&t, &(finding){FINDING_BEST, "x86-64-v3", "gcc 12.2.0", "k", "five", {2}});
    assert_string_equal(best(&t, "k"), "five");
    assert_string_equal(best(&t, "other"), "four");
    assert_null(best(&t, "third"));
    assert_true(tuning_find(&t, FINDING_TIME, "k", "three")->microseconds[1] == 1);
    assert_null(tuning_find(&t, FINDING_TIME, "k", "two"));
}

static void a_time_alone_is_no_choice(void **state) {
    tuning t = read_tuning(*state, "cnnc-tune 1\ntime " HERE "\"k\" \"one\" 1 1\n");
    assert_null(best(&t, "k"));
}

static void files_merge(void **state) {
    tuning t = read_tuning(*state, "cnnc-tune 1\nuse " HERE "\"k\" \"one\" 3\ncnnc-tune 1\nuse " HERE "\"k\" \"two\" 4\n");
    assert_int_equal(t.n, 2);
    assert_string_equal(best(&t, "k"), "two");
}

static void others_do_not_count(void **state) {
    tuning t = read_tuning(*state, "cnnc-tune 1\nuse " HERE "\"k\" \"mine\" 3\n"
                                   "use \"x86-64-v4\" \"gcc 12.2.0\" \"k\" \"of another target\" 1\n"
                                   "use \"x86-64-v3\" \"clang 19.1.7\" \"k\" \"of another compiler\" 1\n");
    assert_string_equal(best(&t, "k"), "mine");
    t.compiler = NULL;
    assert_string_equal(best(&t, "k"), "of another compiler");
    t.target = "aarch64";
    assert_null(best(&t, "k"));
}

/* ---- damage ---- */

static void is_refused(arena *a, const char *bytes, const char *place, const char *why) {
    tuning t;
    diagnostics d = {0};
    assert_false(tuning_read(&t, "t.tune", bytes, strlen(bytes), a, &d));
    assert_int_equal(d.errors, 1);
    if (strncmp(d.first, place, strlen(place)) != 0 || !strstr(d.first, why)) fail_msg("'%s' instead of %s: %s", d.first, place, why);
}

static void damage_is_shown(void **state) {
    is_refused(*state, "", "t.tune:1:1:", "begins with");
    is_refused(*state, "graph \"net\" {}", "t.tune:1:1:", "begins with");
    is_refused(*state, "cnnc-tune 2\n", "t.tune:1:11:", "version 2");
    is_refused(*state, "cnnc-tune\nuse", "t.tune:2:1:", "whole number");
    is_refused(*state, "cnnc-tune 1\nused " HERE "\"k\" \"c\" 1\n", "t.tune:2:1:", "expected here");
    is_refused(*state, "cnnc-tune 1\nuse " HERE "\"k\" 1\n", "t.tune:2:34:", "in quotes");
    is_refused(*state, "cnnc-tune 1\nuse " HERE "\"k\" \"c", "t.tune:2:34:", "not closed");
    is_refused(*state, "cnnc-tune 1\nuse " HERE "\"k\" \"c\"\n", "t.tune:3:1:", "number");
    is_refused(*state, "cnnc-tune 1\nuse " HERE "\"k\" \"c\" nan\n", "t.tune:2:38:", "microseconds");
    is_refused(*state, "cnnc-tune 1\nuse " HERE "\"k\" \"c\" -1\n", "t.tune:2:38:", "microseconds");
    is_refused(*state, "cnnc-tune 1\nuse " HERE "\"k\" \"c\" 1 2\n", "t.tune:2:40:", "expected here");
    is_refused(*state, "cnnc-tune 1\nuse " HERE "\"k\\x00\" \"c\" 1\n", "t.tune:2:30:", "\\x00");
}

/* A byte is changed, or the text is cut: it is read or refused with one reason. */
static void no_damage_hurts(void **state) {
    static const char whole[] = "cnnc-tune 1\ntime " HERE "\"conv(f32[1,2] @c16(0,0,0,0))\" \"conv_direct tile 1x1\" 12.5 3\nuse " HERE "\"k\" \"c\" 1\n";
    static const char bytes[] = "\0\n\"\\#cu19.-x \xff";
    int refused = 0;
    for (size_t at = 0; at < sizeof whole - 1; at++)
        for (size_t k = 0; k <= sizeof bytes - 1; k++) {
            char text_at_work[sizeof whole];
            memcpy(text_at_work, whole, sizeof whole);
            bool cut = k == sizeof bytes - 1;
            if (!cut) text_at_work[at] = bytes[k];
            tuning t;
            diagnostics d = {0};
            arena *a = arena_new();
            bool ok = tuning_read(&t, "t.tune", text_at_work, cut ? at : sizeof whole - 1, a, &d);
            assert_int_equal(d.errors, !ok);
            refused += !ok;
            arena_free(a);
        }
    assert_true(refused > 500);
    (void)state;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(findings_come_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(later_lines_hold, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_time_alone_is_no_choice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(files_merge, set_up, tear_down),
        cmocka_unit_test_setup_teardown(others_do_not_count, set_up, tear_down),
        cmocka_unit_test_setup_teardown(damage_is_shown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_damage_hurts, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
