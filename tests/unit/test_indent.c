/* The indentation of emitted C: by braces, whatever it was before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
/* first the standard headers that cmocka wants */
#include <cmocka.h>

#include "backend/emit/indent.h"

/* `want` indented is itself, and so are its lines without their indentation and with a false one. */
static void check(const char *want) {
    arena *a = arena_new();
    text bare = {.arena = a}, false_one = {.arena = a};
    int line_number = 0;
    for (const char *s = want; *s; s += strcspn(s, "\n") + 1) {
        const char *start = s + strspn(s, " ");
        text_write(&bare, start, strcspn(start, "\n") + 1);
        text_printf(&false_one, "%*s", line_number++ * 5 % 7, "");
        text_write(&false_one, start, strcspn(start, "\n") + 1);
    }
    const char *const given[] = {want, bare.bytes, false_one.bytes};
    for (int i = 0; i < 3; i++) {
        text got = {.arena = a};
        text_indented(&got, given[i], 1);
        assert_string_equal(got.bytes, want);
    }
    arena_free(a);
}

static void test_blocks(void **state) {
    (void)state;
    check("    int a = 0;\n"
          "    for (;;) {\n"
          "        {\n"
          "            a++;\n"
          "        }\n"
          "        if (a) {\n"
          "            b();\n"
          "        } else if (c) {\n"
          "            d();\n"
          "        } else {\n"
          "            e();\n"
          "        }\n"
          "    }\n"
          "    do {\n"
          "        f();\n"
          "    } while (g());\n"
          "    return;\n");
}

static void test_without_braces(void **state) {
    (void)state;
    check("    for (int i = 0; i < 3; i++)\n"
          "        for (int j = 0; j < 3; j++) {\n"
          "            if (i)\n"
          "                a();\n"
          "            else if (j)\n"
          "                b();\n"
          "            else\n"
          "                c();\n"
          "            if (i) d();\n"
          "            else e();\n"
          "        }\n"
          "    for (int i = 0; i < 3; i++)\n"
          "        for (int j = 0; j < 3; j++)\n"
          "            if (i)\n"
          "                a(i)[j] = (2);\n"
          "    while (a) b();\n"
          "    c();\n");
}

static void test_long_statements(void **state) {
    (void)state;
    check("    const int a = b(c) +\n"
          "        d +\n"
          "        e(f,\n"
          "        g);\n"
          "    for (int i = 0;\n"
          "        i < 3;\n"
          "        i++)\n"
          "        a(i);\n"
          "    static const int table[2][2] = {\n"
          "        {1, 2},\n"
          "        {\n"
          "            3,\n"
          "            4,\n"
          "        },\n"
          "    };\n"
          "    if (a) b = c(d)\n"
          "        + e;\n"
          "    f();\n");
}

static void test_labels_and_directives(void **state) {
    (void)state;
    check("    switch (a) {\n"
          "    case 1:\n"
          "        b();\n"
          "        break;\n"
          "    default: break;\n"
          "    }\n"
          "    a = b ? c :\n"
          "        d;\n"
          "#if defined(A)\n"
          "    CNNC_UNROLL_4\n"
          "    for (;;)\n"
          "        a();\n"
          "#endif\n");
}

static void test_comments_and_literals(void **state) {
    (void)state;
    check("    a('{', \"(\\\"{\"); /* { ( */\n"
          "    /* for (\n"
          "     * if { */\n"
          "    b(); // {\n"
          "    c = '\\'';\n"
          "    for (;;) /* ever */\n"
          "        d();\n");
}

static void expect(const char *given, const char *want) {
    arena *a = arena_new();
    text got = {.arena = a};
    text_indented(&got, given, 0);
    assert_string_equal(got.bytes ? got.bytes : "", want);
    arena_free(a);
}

static void test_empty_lines(void **state) {
    (void)state;
    expect("\n\na();\n\n\nb() {\n\nc();  \n\n}\n\n", "a();\n\nb() {\n    c();\n}\n");
    expect("", "");
    expect("\n \n", "");
    expect("a();", "a();\n");
}

static void test_lone_semicolon(void **state) {
    (void)state;
    expect("a = b +\nc\n;\nd();\n;\n", "a = b +\n    c;\nd();\n;\n");
}

/* Whatever it is, no line is lost and nothing but space changes. */
static void test_odd_code(void **state) {
    (void)state;
    arena *a = arena_new();
    text deep = {.arena = a}, got = {.arena = a};
    for (int i = 0; i < 200; i++) text_put(&deep, "{\n");
    for (int i = 0; i < 300; i++) text_put(&deep, "}\n))\n");
    text_put(&deep, "\"open\n'\n/* open");
    text_indented(&got, deep.bytes, 1);
    int letters[2] = {0};
    for (int i = 0; i < 2; i++)
        for (const char *s = i ? got.bytes : deep.bytes; *s; s++) letters[i] += *s != ' ' && *s != '\n';
    assert_int_equal(letters[0], letters[1]);
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_without_braces),
        cmocka_unit_test(test_long_statements),
        cmocka_unit_test(test_labels_and_directives),
        cmocka_unit_test(test_comments_and_literals),
        cmocka_unit_test(test_empty_lines),
        cmocka_unit_test(test_lone_semicolon),
        cmocka_unit_test(test_odd_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
