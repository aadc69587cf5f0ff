/* The textual IR: what is printed reads back, what people write is understood, and what is wrong is shown. */
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

static int set_up(void **state) {
    *state = arena_new();
    return 0;
}

static int tear_down(void **state) {
    arena_free(*state);
    return 0;
}

static graph *read_text(arena *a, const char *text, diagnostics *d) {
    memset(d, 0, sizeof *d);
    return graph_read(a, d, "t.cir", text, strlen(text));
}

/* Text as graph_print writes it comes back byte for byte. */
static void comes_back(arena *a, const char *text) {
    diagnostics d;
    graph *g = read_text(a, text, &d);
    if (!g) fail_msg("%s", d.first);
    assert_string_equal(graph_text(a, g), text);
}

/* What people write, and how it is printed. */
static void becomes(arena *a, const char *text, const char *as) {
    diagnostics d;
    graph *g = read_text(a, text, &d);
    if (!g) fail_msg("%s", d.first);
    assert_string_equal(graph_text(a, g), as);
    comes_back(a, as);
}

/* ---- round trips ---- */

static void nodes_come_back(void **state) {
    comes_back(*state, "graph \"net\" {\n"
                       "  input %0 \"x\" : f32[1,2,4,4]\n"
                       "  const %1 \"w\" from \"net.onnx:w | scaled\" : f32[2,2,1,1] {1, -2.5, 0.1, 1e-20}\n"
                       "  %2 \"y\" = conv(%0, %1, _) {pads=[0,0,0,0], auto_pad=\"NOTSET\", group=1} \"layer \\x22\\x5c\\xff\" : f32[1,2,4,4]\n"
                       "  %3, %4 \"where\" = max_pool(%2) {kernel_shape=[2,2]} \"pool\" : f32[1,2,3,3], i64[1,2,3,3]\n"
                       "  _, %5 = max_pool(%2) {kernel_shape=[2,2]} \"pool2\" : _, i64[1,2,3,3]\n"
                       "  const %6 \"max\" : f32[] {6}\n"
                       "  %7 = clip(%3, _, %6) \"\" : f32[1,2,3,3]\n"
                       "  %8 = leaky_relu(%7) {alpha=0.009999999776482582} \"leaky\" : f32[1,2,3,3]\n"
                       "  %9 = lrn(%8) {size=3, alpha=1e-05, bias=-0, beta=inf} \"lrn\" : f32[1,2,3,3]\n"
                       "  return %9, %4, %5, %9\n"
                       "}\n");
}

static void types_come_back(void **state) {
    comes_back(*state, "graph \"\" {\n"
                       "  dim N in 1..8\n"
                       "  dim \"odd name\\x0a\" in 0..\n"
                       "  dim max in 2..\n"
                       "  input %0 \"a\" : f32[N,3,(+ N (* \"odd name\\x0a\" 2)),?]\n"
                       "  input %1 \"b\" : u4[]\n"
                       "  input %2 \"c\" : bf16[*]\n"
                       "  input %3 \"d\" : sequence<optional<i64[(max max N),(/ N 2)]>>\n"
                       "  input %4 \"e\" : map<string,f8e4m3fn[0]>\n"
                       "  input %5 \"f\" : ?\n"
                       "  input %6 \"g\" : sequence\n"
                       "  input %7 \"h\" : u8[2,3] quant(1, f32[3] {0.1, 0.2, 0.3}, u8[3] {1, 2, 255})\n"
                       "  input %8 \"i\" : i8[2,3] quant(-1, f16[] {0.5}, _)\n"
                       "  return\n"
                       "}\n");
}

static void layouts_come_back(void **state) {
    comes_back(*state, "graph \"\" {\n"
                       "  input %0 \"x\" : f32[1,20,4,4]\n"
                       "  %1 = to_c16(%0) \"in\" : f32[1,20,4,4] @c16(1,2,3,4)\n"
                       "  %2 = relu(%1) \"r\" : f32[1,20,4,4] @c16(0,0,0,0,bf16)\n"
                       "  %3 = from_c16(%2) \"out\" : f32[1,20,4,4]\n"
                       "  return %3\n"
                       "}\n");
}

static void expressions_come_back(void **state) {
    comes_back(*state, "graph \"\" {\n"
                       "  input %0 \"x\" : f32[2,3]\n"
                       "  input %1 \"i\" : i32[3]\n"
                       "  input %2 \"w\" : f32[3,4]\n"
                       "  %3 = fused(%0, %1) \"f\" : f32[2,3] epilogue where(less(in0, f32(0.1)):bool, cast(in1, to=1):f32, clip(in0, f32(-inf), f32(6))):f32\n"
                       "  %4 = matmul(%3, %2; %0) \"m\" : bool[2,4] prologue add(relu(acc), in2) epilogue is_inf(acc, detect_negative=0):bool\n"
                       "  %5 = gemm(%3, %2) \"g\" : f64[2,4] epilogue cast(leaky_relu(acc:f16, alpha=0.25), to=11):f64\n"
                       "  return %4, %5\n"
                       "}\n");
}

static void regions_come_back(void **state) {
    comes_back(*state, "graph \"\" {\n"
                       "  input %0 \"c\" : bool[]\n"
                       "  input %1 \"x\" : f32[2]\n"
                       "  %2, %3 \"n\" = if(%0) \"choice\" : f32[2], i64[] {\n"
                       "    %4 = if(%0) \"inner\" : f32[2] {\n"
                       "      %5 = neg(%1) \"n\" : f32[2]\n"
                       "      return %5\n"
                       "    } {\n"
                       "      return %1\n"
                       "    }\n"
                       "    const %6 \"one\" : i64[] {1}\n"
                       "    return %4, %6\n"
                       "  } {\n"
                       "    const %7 \"two\" : i64[] {2}\n"
                       "    return %1, %7\n"
                       "  }\n"
                       "  %8 = add(%3, %6) \"later\" : i64[]\n"
                       "  const %9 \"result\" : f64[1] {0.1}\n"
                       "  return %2, %8, %9\n"
                       "}\n");
}

static void constants_come_back(void **state) {
    comes_back(*state, "graph \"\" {\n"
                       "  const %0 \"a\" : i64[3] {-9223372036854775808, 0, 9223372036854775807}\n"
                       "  const %1 \"b\" : u64[1] {18446744073709551615}\n"
                       "  const %2 \"c\" : bool[2] {1, 0}\n"
                       "  const %3 \"d\" : string[3] {\"\", \"a\\x00b\", \"\\xff\\x0a\"}\n"
                       "  const %4 \"e\" : f32[4] {nan, inf, -inf, -0}\n"
                       "  const %5 \"f\" : c64[2] {1, 2, 3, -0.5}\n"
                       "  const %6 \"g\" : f32[1000,1000] {0, ...}\n"
                       "  const %7 \"h\" : i8[20] {1, 2, 3, ...}\n"
                       "  const %8 \"i\" : i32[0,5] {}\n"
                       "  const %9 \"j\" : i4[3] {-8, 7, 0}\n"
                       "  const %10 \"k\" : u8[18] {data 0}\n"
                       "  const %11 \"l\" : f32[1] {data 1}\n"
                       "  return %0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11\n"
                       "}\n"
                       "data 0 {\n"
                       "AAECAwQFBgcICQoLDA0ODyAw\n"
                       "}\n"
                       "data 1 {\n"
                       "AQDAfw==\n"
                       "}\n");
}

/* Random bytes as constants of every type, of sizes around the border between text and base64. */
static void every_type_comes_back(void **state) {
    static const int64_t counts[] = {0, 1, 3, 16, 17, 100};
    arena *a = *state;
    uint32_t random = 1;
    for (int t = DT_NONE + 1; t < DT_COUNT; t++) {
        if (t == DT_STRING || t == DT_BOOL) continue;
        for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
            diagnostics d = {0};
            graph *g = graph_new(a, &d, "");
            size_t size = dtype_bytes((dtype)t, counts[k]);
            unsigned char *bytes = arena_alloc(a, size);
            for (size_t i = 0; i < size; i++) bytes[i] = (unsigned char)((random = random * 1664525 + 1013904223) >> 24);
            int loose = (int)((counts[k] * dtype_of((dtype)t)->bits) & 7); /* bits of the last byte that belong to elements */
            if (loose) bytes[size - 1] &= (unsigned char)((1 << loose) - 1);
            region_add_output(g->body, value_constant(g, "c", type_tensor(a, (dtype)t, 1, &counts[k]), bytes, NULL));
            graph *again = read_text(a, graph_text(a, g), &d);
            if (!again) fail_msg("%s[%d]: %s", dtype_of((dtype)t)->name, (int)counts[k], d.first);
            const constant *c = again->body->outputs[0]->constant;
            assert_int_equal(c->type.elem, t);
            assert_memory_equal(c->data, bytes, size);
        }
    }
}

/* ---- what people write ---- */

static void names_and_types_may_be_left_out(void **state) {
    becomes(*state, "# A comment.\n"
                    "graph \"\" { input %x : f32[2,3] # another\n"
                    "%r = relu(%x) return %r }",
            "graph \"\" {\n"
            "  input %0 \"x\" : f32[2,3]\n"
            "  %1 = relu(%0) \"r\" : f32[2,3]\n"
            "  return %1\n"
            "}\n");
    becomes(*state, "graph \"\" { input %c : bool[] const %a : f32[] {1} %y, %z \"last\" = if(%c) { return %a, %a } { return %a, %a } return %z }",
            "graph \"\" {\n"
            "  input %0 \"c\" : bool[]\n"
            "  %1, %2 \"last\" = if(%0) \"y\" : f32[], f32[] {\n"
            "    const %3 \"a\" : f32[] {1}\n"
            "    return %3, %3\n"
            "  } {\n"
            "    return %3, %3\n"
            "  }\n"
            "  return %2\n"
            "}\n");
}

static void numbers_in_many_spellings(void **state) {
    becomes(*state, "graph \"\" { const %a : f32[6] {+1, 0x1p-3, 1e2, .5, -Infinity, NaN} return %a }",
            "graph \"\" {\n  const %0 \"a\" : f32[6] {1, 0.125, 100, 0.5, -inf, nan}\n  return %0\n}\n");
}

static void unknown_types_stay_unknown(void **state) {
    comes_back(*state, "graph \"\" {\n  input %0 \"x\" : f32[2]\n  %1 = relu(%0) \"r\" : ?\n  %2 = add(%1, %1) \"a\" : ?\n  return %2\n}\n");
}

static void an_expression_may_read_what_was_inferred(void **state) {
    becomes(*state, "graph \"\" { input %x : f16[2] %a = neg(%x) %b = fused(%a) epilogue relu(in0) return %b }",
            "graph \"\" {\n"
            "  input %0 \"x\" : f16[2]\n"
            "  %1 = neg(%0) \"a\" : f16[2]\n"
            "  %2 = fused(%1) \"b\" : f16[2] epilogue relu(in0)\n"
            "  return %2\n"
            "}\n");
}

/* ---- what is wrong ---- */

typedef struct mistake {
    const char *text, *message; /* the line and column lead */
} mistake;

#define IN_GRAPH "graph \"\" {\n  input %x : f32[2,3]\n"

static const mistake mistakes[] = {
    {"", "1:1: 'graph' is missing"},
    {"net {}", "1:1: 'graph' is expected"},
    {"graph net {}", "1:7: a name or text in quotes"},
    {"graph \"net {\n}", "1:7: the quote is not closed"},
    {"graph \"a\\q\" {}", "1:9: no escape of this kind"},
    {"graph \"a\\x00\" {}", "1:7: a name cannot hold \\x00"},
    {"graph \"\" {", "1:11: input, const, return or a node"},
    {"graph \"\" { return", "1:18: '}' is missing"},
    {"graph \"\" { return } more", "1:21: the graph has ended"},
    {"graph \"\" { dim N in 5..4 return }", "1:24: the number is not between 5"},
    {"graph \"\" { dim N in -1.. return }", "1:21: the number is not between 0"},
    {IN_GRAPH "  %y = rleu(%x)\n  return %y\n}", "3:8: there is no operator 'rleu'"},
    {IN_GRAPH "  %y = relu(%z)\n  return %y\n}", "3:13: %z is not defined"},
    {IN_GRAPH "  %y = relu(%y)\n  return %y\n}", "3:13: %y is not defined"},
    {IN_GRAPH "  %x = relu(%x)\n  return %x\n}", "3:3: %x is defined a second time"},
    {IN_GRAPH "  %y, %y = max_pool(%x)\n  return %y\n}", "3:12: its result %y is defined a second time"},
    {IN_GRAPH "  %y = relu(%x\n  return %y\n}", "4:3: ',' is expected"},
    {IN_GRAPH "  %y = relu(%x) {slope=1}\n  return %y\n}", "3:18: relu has no attribute 'slope'"},
    {IN_GRAPH "  %y = elu(%x) {alpha=1, alpha=2}\n  return %y\n}", "3:26: attribute 'alpha' is given twice"},
    {IN_GRAPH "  %y = elu(%x) {alpha=a}\n  return %y\n}", "3:23: a number is expected"},
    {IN_GRAPH "  %y = softmax(%x) {axis=99999999999999999999}\n  return %y\n}", "3:26: the number does not fit 64 bits"},
    {IN_GRAPH "  %y = relu(%x) { return %x }\n  return %y\n}", "3:17: relu has no regions"},
    {IN_GRAPH "  %y = add(%x)\n  return %y\n}", "3:8: node 'y' (Add): has 1 inputs instead of 2"},
    {IN_GRAPH "  %y = softmax(%x) {axis=5}\n  return %y\n}", "3:8: node 'y' (Softmax): axis 5"},
    {IN_GRAPH "  %y = relu(%x) : f32[2,N]\n  return %y\n}", "3:25: there is no dimension 'N'"},
    {IN_GRAPH "  %y = relu(%x) : f33[2]\n  return %y\n}", "3:19: an element type"},
    {IN_GRAPH "  %y = relu(%x) : f32[2,3}\n  return %y\n}", "3:26: ']' is expected"},
    {IN_GRAPH "  %y = relu(%x) : f32[-2]\n  return %y\n}", "3:22: a size is negative"},
    {IN_GRAPH "  %y = relu(%x) : f32[1048576,1048577]\n  return %y\n}", "3:22: the tensor has more than 2^40"},
    {IN_GRAPH "  %y = relu(%x) : f32[9223372036854775808]\n  return %y\n}", "3:23: the number does not fit"},
    {IN_GRAPH "  %y = relu(%x) : f32[(/ 4 0)]\n  return %y\n}", "3:28: a size is divided"},
    {IN_GRAPH "  %y = relu(%x) : f32[(- 4 0)]\n  return %y\n}", "3:24: +, *, /, %, max or min"},
    {IN_GRAPH "  %y = relu(%x) : f32[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]\n  return %y\n}", "3:55: a tensor has at most 16"},
    {IN_GRAPH "  %y = relu(%x) : f32[2,3] @nhwc\n  return %y\n}", "3:29: there is no such layout"},
    {IN_GRAPH "  %y = relu(%x) : f32[2,3] @c16(0,-1,0,0)\n  return %y\n}", "3:35: the number is not between 0"},
    {IN_GRAPH "  %y = relu(%x) : u8[2,3] quant(2, f32[] {1}, _)\n  return %y\n}", "3:33: the number is not between -1 and 1"},
    {IN_GRAPH "  %y = fused(%x) epilogue relu(in1)\n  return %y\n}", "3:32: the node has no input for 'in1'"},
    {IN_GRAPH "  %y = fused(%x) epilogue rleu(in0)\n  return %y\n}", "3:27: there is no operator 'rleu'"},
    {IN_GRAPH "  %y = fused(%x) epilogue relu()\n  return %y\n}", "3:32: relu lacks its operands"},
    {IN_GRAPH "  %y = fused(%x) epilogue sum(in0, in0, in0, in0)\n  return %y\n}", "3:46: an operator of an expression has at most 3"},
    {IN_GRAPH "  const %c : f32[2] {1}\n  return %c\n}", "3:23: there are 1 of the type's 2"},
    {IN_GRAPH "  const %c : f32[2] {1, 2, 3}\n  return %c\n}", "3:28: there are more than the 2"},
    {IN_GRAPH "  const %c : f32[*] {1}\n  return %c\n}", "3:21: a constant's type"},
    {IN_GRAPH "  const %c : u8[1] {256}\n  return %c\n}", "3:21: the number does not fit 8 bits"},
    {IN_GRAPH "  const %c : u8[1] {-1}\n  return %c\n}", "3:21: the number does not fit 8 bits"},
    {IN_GRAPH "  const %c : i4[1] {8}\n  return %c\n}", "3:21: the number does not fit 4 bits with a sign"},
    {IN_GRAPH "  const %c : f32[1000000,1000] {0, ...}\n  return %c\n}", "3:33: the constants are too large"},
    {IN_GRAPH "  const %c : f32[100] {data 1}\n  return %c\n}\n", "3:29: there is no section 'data 1'"},
    {IN_GRAPH "  const %c : f32[2] {data 0}\n  return %c\n}\ndata 0 {\nAAAA\n}\n", "3:27: data 0 has 3 bytes, the type wants 8"},
    {IN_GRAPH "  return %x\n}\ndata 0 {\nAAAA\n}\n", "5:6: no constant has data 0"},
    {IN_GRAPH "  return %x\n}\ndata 0 {\nAA!A\n}\n", "6:3: this is no base64"},
    {IN_GRAPH "  return %x\n}\ndata 0 {\nAAAA\n}\ndata 0 {\n}\n", "8:6: there are two sections"},
    {IN_GRAPH "  return %x\n}\ndata 0 {\nAAAA\n}\nrubbish", "8:1: a section is expected"},
    {IN_GRAPH "  return %x\n}\ndata 0 {\nAAAA\n", "7:1: this is no base64"},
};

static void mistakes_are_shown(void **state) {
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        diagnostics d;
        const char *want = arena_printf(*state, "t.cir:%s", mistakes[i].message);
        assert_null(read_text(*state, mistakes[i].text, &d));
        assert_int_equal(d.errors, 1);
        if (strncmp(d.first, want, strlen(want)) != 0) fail_msg("'%s' instead of '%s' for\n%s", d.first, want, mistakes[i].text);
    }
}

static void scopes_are_kept(void **state) {
    diagnostics d;
    assert_null(read_text(*state, "graph \"\" {\n input %c : bool[]\n %y = if(%c) {\n %a = not(%c)\n return %a\n} {\n return %a\n}\n return %y\n}", &d));
    assert_string_equal(d.first, "t.cir:7:9: %a belongs to another region");
}

static void depth_is_bounded(void **state) {
    arena *a = *state;
    static const char *const openings[] = {"graph \"\" { input %x : ", "graph \"\" { input %x : f32[", "graph \"\" { input %x : f32[2] %y = fused(%x) epilogue ",
                                           "graph \"\" { input %x : bool[] "};
    static const char *const deeper[] = {"sequence<", "(+ 1 ", "relu(", "%y = if(%x) {"};
    for (int i = 0; i < 4; i++) {
        size_t n = 100000, step = strlen(deeper[i]), start = strlen(openings[i]);
        char *text = arena_alloc(a, start + n * step + 1);
        memcpy(text, openings[i], start);
        for (size_t k = 0; k < n; k++) memcpy(text + start + k * step, deeper[i], step);
        diagnostics d;
        assert_null(read_text(a, text, &d));
        assert_non_null(strstr(d.first, "nested too deeply"));
    }
}

static void the_place_gets_a_caret(void **state) {
    (void)state;
    char *shown = NULL;
    size_t size;
    diagnostics d = {.stream = open_memstream(&shown, &size), .source = "unused"};
    arena *a = arena_new();
    const char *text = "graph \"\" {\n\tinput %x : f33[2]\n}";
    assert_null(graph_read(a, &d, "net.cir", text, strlen(text)));
    fclose(d.stream);
    assert_string_equal(shown, "cnnc: error: net.cir:2:13: an element type such as f32 or i64 is expected here\n"
                               "    2 |  input %x : f33[2]\n"
                               "      |             ^\n"
                               "cnnc: hint: types look like f32[1,3,224,224]\n");
    free(shown);
    arena_free(a);
}

/* ---- damaged texts ---- */

static const char whole[] = "graph \"g\" {\n"
                            "  dim N in 1..8\n"
                            "  input %0 \"x\" : f32[1,2,4,4]\n"
                            "  input %9 \"n\" : u8[N,(+ N 1)] quant(0, f32[1] {0.5}, _)\n"
                            "  const %1 \"w\" from \"f\" : f32[2,2,1,1] {1, 2, 3, 4}\n"
                            "  const %2 \"r\" : f32[40] {1, 2, ...}\n"
                            "  const %8 \"s\" : u8[3] {data 0}\n"
                            "  %3 \"y\" = conv(%0, %1; %0) {pads=[0,0,0,0]} \"c\" : f32[1,2,4,4] epilogue relu(add(acc, in2))\n"
                            "  %4, %5 = max_pool(%3) {kernel_shape=[2,2]} \"p\" : f32[1,2,3,3], i64[1,2,3,3]\n"
                            "  const %c \"c\" : bool[] {1}\n"
                            "  %6 = if(%c) \"i\" : f32[1,2,3,3] {\n"
                            "    %7 = to_c16(%4) : f32[1,2,3,3] @c16(1,1,1,1)\n"
                            "    %q = from_c16(%7)\n"
                            "    return %q\n"
                            "  } {\n"
                            "    return %4\n"
                            "  }\n"
                            "  return %6, %2, %8\n"
                            "}\n"
                            "data 0 {\n"
                            "AQID\n"
                            "}\n";

/* Accepted or not, but with care: what is accepted prints as a text that comes back. */
static void survives(const char *text, size_t size) {
    arena *a = arena_new();
    diagnostics d = {0};
    char *exact = malloc(size + 1); /* so that sanitizers see its end */
    assert_non_null(exact);
    memcpy(exact, text, size);
    graph *g = graph_read(a, &d, "t.cir", exact, size);
    free(exact);
    assert_true(g || d.errors > 0);
    if (g) comes_back(a, graph_text(a, g));
    arena_free(a);
}

static void damaged_texts_do_no_harm(void **state) {
    (void)state;
    static const char bytes[] = {'\0', ' ', '"', '%', '-', '0', '9', '{', '}', '(', ')', '[', ',', ':', ';', '_', '.', 'a', '\\', '\xff'};
    size_t size = sizeof whole - 1;
    char text[sizeof whole];
    survives(whole, size);
    for (size_t i = 0; i < size; i++) {
        survives(whole, i);
        for (size_t k = 0; k < sizeof bytes; k++) {
            memcpy(text, whole, sizeof whole);
            text[i] = bytes[k];
            survives(text, size);
        }
        memcpy(text, whole, i); /* without one byte */
        memcpy(text + i, whole + i + 1, size - i);
        survives(text, size - 1);
    }
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(nodes_come_back), TEST(types_come_back), TEST(layouts_come_back), TEST(expressions_come_back), TEST(regions_come_back),
        TEST(constants_come_back), TEST(every_type_comes_back), TEST(names_and_types_may_be_left_out), TEST(numbers_in_many_spellings),
        TEST(unknown_types_stay_unknown), TEST(an_expression_may_read_what_was_inferred), TEST(mistakes_are_shown), TEST(scopes_are_kept),
        TEST(depth_is_bounded), TEST(the_place_gets_a_caret), TEST(damaged_texts_do_no_harm),
    };
    return cmocka_run_group_tests_name("ir_text", tests, NULL, NULL);
}
