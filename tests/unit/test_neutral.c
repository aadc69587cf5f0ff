/* Terms of emitted C that do nothing go, and all others stay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
/* first the standard headers that cmocka wants */
#include <cmocka.h>

#include "backend/emit/neutral.h"

static void expect(const char *code, const char *want) {
    arena *a = arena_new();
    text got = {.arena = a};
    text_without_neutral(&got, code);
    assert_string_equal(got.bytes ? got.bytes : "", want);
    arena_free(a);
}

static void same(const char *code) { expect(code, code); }

static void test_gone(void **state) {
    (void)state;
    expect("f(p + 0);", "f(p);");
    expect("x = p + c * 16 + 0;", "x = p + c * 16;");
    expect("x = a + 0 + b - 0 - c;", "x = a + b - c;");
    expect("x[c + 0] = y * 1, z = w / 1;", "x[c] = y, z = w;");
    expect("x = y * 1 * z + w / 1 % v;", "x = y * z + w % v;");
    expect("for (i = 0; i < n / 1; i += 1)", "for (i = 0; i < n; i += 1)");
    expect("x = p\n    + q + 0\n    + 1;", "x = p\n    + q\n    + 1;");
    expect("x = y + 0", "x = y");
}

static void test_parentheses(void **state) {
    (void)state;
    expect("x + (b + 0) * 16;", "x + b * 16;");
    expect("x + (b * 1) * 16;", "x + b * 16;");
    expect("f(b + 0) + g((b + 0));", "f(b) + g((b));");
    expect("x + (a[b] + 0) * 2;", "x + (a[b]) * 2;");
    expect("(int)(b + 0);", "(int)(b);");
}

static void test_stays(void **state) {
    (void)state;
    same("x = a + 0.0f + b * 1.5f - 0x10 + 01 + 0u + 10 * 12;");
    same("x = a + 0 * b + 0 / c - 0 % d + 0\n    * e;");
    same("x += 0, y = -0, z = + 0;");
    same("x = 0 + a; y = 1 * b;");
    same("f(\"a + 0\", '\"', \"\\\" * 1\");");
    same("float *p = * 1;");
    same("");
    same("\"open + 0");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_gone), cmocka_unit_test(test_parentheses), cmocka_unit_test(test_stays)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
