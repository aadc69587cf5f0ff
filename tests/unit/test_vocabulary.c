/* What an emitted file carries of the runtime. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "backend/emit/vocabulary.h"

static const char first[] = "/* About all of these. */\n"
                            "\n"
                            "/* A type. */\n"
                            "typedef struct pair {\n"
                            "    int a, b;\n"
                            "} pair; /* of two */\n"
                            "\n"
                            "/* One and the other. */\n"
                            "INLINE pair one(int x) { return (pair){x, 1}; }\n"
                            "INLINE int other(pair x) {\n"
                            "    return x.a; /* not unused(x) */\n"
                            "}\n"
                            "/* Alone. */\n"
                            "INLINE int unused(pair x) { return one(x.b).a; }\n";

static const char second[] = "#if defined(__clang__)\n"
                             "#define UNROLL _Pragma(\"unroll\")\n"
                             "#else\n"
                             "#define UNROLL\n"
                             "#endif\n"
                             "\n"
                             "enum { FEW = 2, MANY };\n"
                             "\n"
                             "static void early(pair *p) { late(p, \"{ unused\"); }\n"
                             "static void late(pair *p, const char *s) {\n"
                             "    static const int n[] = {MANY, '\"'};\n"
                             "    UNROLL\n"
                             "    for (int i = 0; i < n[0]; i++) p[i].a += s[i];\n"
                             "}\n"
                             "\n"
                             "static const int table[] = {\n"
                             "    1, 2,\n"
                             "};\n";

static arena *memory;

static const char *extract(const char *code) {
    text out = {.arena = memory};
    vocabulary *v = vocabulary_new(memory);
    vocabulary_add(v, first);
    vocabulary_add(v, second);
    vocabulary_mention(v, code);
    vocabulary_put(v, &out);
    return out.bytes ? out.bytes : "";
}

static void nothing(void **state) {
    (void)state;
    assert_string_equal(extract("x = y + onely; /* one */ puts(\"other\");"), "");
    assert_string_equal(extract(NULL), "");
}

static void with_comments(void **state) {
    (void)state;
    assert_string_equal(extract("other(x)"), "/* About all of these. */\n\n/* A type. */\ntypedef struct pair {\n    int a, b;\n} pair; /* of two */\n\n"
                                             "/* One and the other. */\nINLINE int other(pair x) {\n    return x.a; /* not unused(x) */\n}\n\n");
}

static void each_once(void **state) {
    (void)state;
    assert_string_equal(extract("one(1), other(one(2))"), "/* About all of these. */\n\n/* A type. */\ntypedef struct pair {\n    int a, b;\n} pair; /* of two */\n\n"
                                                          "/* One and the other. */\nINLINE pair one(int x) { return (pair){x, 1}; }\n"
                                                          "INLINE int other(pair x) {\n    return x.a; /* not unused(x) */\n}\n\n");
}

static void constants_and_tables(void **state) {
    (void)state;
    assert_string_equal(extract("FEW"), "enum { FEW = 2, MANY };\n\n");
    assert_string_equal(extract("table[0]"), "static const int table[] = {\n    1, 2,\n};\n\n");
    assert_string_equal(extract("UNROLL"), "#if defined(__clang__)\n#define UNROLL _Pragma(\"unroll\")\n#else\n#define UNROLL\n#endif\n\n");
}

/* A definition comes behind what it mentions, wherever that stands. */
static void in_order(void **state) {
    (void)state;
    const char *all = extract("early");
    const char *places[] = {strstr(all, "} pair;"), strstr(all, "#define UNROLL"), strstr(all, "enum {"), strstr(all, "void late"), strstr(all, "void early")};
    for (int i = 0; i < 5; i++) assert_non_null(places[i]);
    for (int i = 0; i < 4; i++) assert_true(places[i] < places[4]);
    assert_null(strstr(all, "table"));
    assert_null(strstr(all, "unused("));
}

static void name_of_each(void **state) {
    (void)state;
    vocabulary *v = vocabulary_new(memory);
    vocabulary_add(v, first);
    vocabulary_mention(v, "one");
    assert_int_equal(v->n, 4);
    static const char *const expected[] = {"pair", "one", "other", "unused"};
    for (int i = 0; i < 4; i++) {
        assert_string_equal(v->definitions[i]->names[0], expected[i]);
        assert_int_equal(v->definitions[i]->mentioned, i < 2);
    }
    vocabulary_clear(v);
    text out = {.arena = memory};
    vocabulary_put(v, &out);
    assert_int_equal(out.size, 0);
}

int main(void) {
    memory = arena_new();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing),  cmocka_unit_test(with_comments), cmocka_unit_test(each_once), cmocka_unit_test(constants_and_tables),
        cmocka_unit_test(in_order), cmocka_unit_test(name_of_each),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(memory);
    return failed;
}
