/* The language: what expressions are worth, what parameters are called, what shapes layers give, how files are printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "frontend/dsl/dsl.h"

typedef struct fixture {
    arena *arena;
    diagnostics diags;
    frontend_options options;
    dsl_parameters parameters;
} fixture;

static fixture start(void) { return (fixture){.arena = arena_new()}; }

static graph *lower(fixture *f, const char *text) {
    source_text *s = ARENA_NEW(f->arena, source_text);
    *s = (source_text){.file = "test.cnn", .text = text, .size = strlen(text)};
    return dsl_lower(s, &f->options, f->arena, &f->diags, &f->parameters);
}

/* The text of an expression: an error that holds it is where a value shows. */
static void check_value(const char *expression, const char *want) {
    fixture f = start();
    const char *format = "block plus(a, b=10, c=a + b) { return [a, b, c] }\nblock twice(f, x) { f(f(x)) }\nblock inc(x) { x + 1 }\n"
                         "network n(image: f32[1,8,6,4]) {\n    let x = image\n    error(\"= {%s}\")\n}\n";
    assert_null(lower(&f, arena_printf(f.arena, format, expression)));
    const char *equals = strstr(f.diags.first, "= ");
    if (!equals || strcmp(equals + 2, want) != 0) fail_msg("%s: %s instead of %s", expression, f.diags.first, want);
    arena_free(f.arena);
}

static void expressions_have_values(void **state) {
    (void)state;
    static const char *const table[][2] = {
        {"1 + 2 * 3", "7"}, {"(1 + 2) * 3", "9"}, {"7 // 2", "3"}, {"-7 // 2", "-4"}, {"7 % 3", "1"}, {"-7 % 3", "2"}, {"7 / 2", "3.5"},
        {"2 ** 10", "1024"}, {"2 ** 3 ** 2", "512"}, {"-2 ** 2", "-4"}, {"2 ** -1", "0.5"}, {"1.5e2 + 1", "151"}, {"10 - 4 - 3", "3"},
        {"1 < 2", "yes"}, {"2 <= 1", "no"}, {"1 == 1.0", "yes"}, {"\"a\" == \"a\"", "yes"}, {"[1, 2] == [1, 2]", "yes"}, {"1 != 2", "yes"},
        {"not yes or yes", "yes"}, {"yes and not no", "yes"}, {"no and error(\"never\")", "no"}, {"yes or error(\"never\")", "yes"},
        {"if 1 > 2 then 3 else 4", "4"}, {"if yes then 1 else error(\"never\")", "1"},
        {"[1, 2, 3][1]", "2"}, {"[1, 2, 3][-1]", "3"}, {"[1] + [2, 3]", "[1, 2, 3]"}, {"[0, 1] * 2", "[0, 1, 0, 1]"},
        {"0..4", "[0, 1, 2, 3]"}, {"1..=3", "[1, 2, 3]"}, {"3..1", "[]"}, {"[i * i for i in 0..4]", "[0, 1, 4, 9]"},
        {"[i + v for i, v in [5, 6]]", "[5, 7]"}, {"[a - b for [a, b] in [[3, 1], [9, 2]]]", "[2, 7]"}, {"[[i, j] for i, [j, k] in [[1, 2]]]", "[[0, 1]]"},
        {"len([1, 2])", "2"}, {"max(3, 9, 4)", "9"}, {"min([3, 9, 2])", "2"}, {"floor(2.7)", "2"}, {"ceil(2.1)", "3"}, {"round(2.5)", "2"}, {"int(-2.7)", "-2"},
        {"sqrt(16)", "4"}, {"reversed(0..3)", "[2, 1, 0]"}, {"zip([1, 2], [3, 4, 5])", "[[1, 3], [2, 4]]"},
        {"\"a{1 + 1}b{\"c{3}\"}\"", "a2bc3"}, {"plus(1)", "[1, 10, 11]"}, {"plus(1, c=0)", "[1, 10, 0]"}, {"plus(b=2, a=3)", "[3, 2, 5]"},
        {"5 |> plus(1)", "[5, 1, 6]"}, {"1 |> inc |> inc()", "3"}, {"twice(inc, 3)", "5"}, {"twice(x=1, f=inc)", "3"},
        {"image.shape", "[1, 8, 6, 4]"}, {"image.channels", "8"}, {"image.height - image.width", "2"}, {"image.rank", "4"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) check_value(table[i][0], table[i][1]);
}

static void layers_have_shapes(void **state) {
    (void)state;
    static const char *const table[][2] = {
        {"x |> conv(16, 3)", "[1, 16, 4, 2]"}, {"x |> conv(16, 3, pad=1)", "[1, 16, 6, 4]"}, {"x |> conv(4, 3, 2, pad=\"same\")", "[1, 4, 3, 2]"},
        {"x |> conv(4, [3, 1], stride=[2, 1], pad=[1, 0])", "[1, 4, 3, 4]"}, {"x |> conv(4, 2, pad=[1, 0, 0, 0])", "[1, 4, 6, 3]"},
        {"x |> conv(4, 3, pad=2, dilation=2, groups=4)", "[1, 4, 6, 4]"}, {"x |> depthwise(3, pad=1, multiplier=2)", "[1, 16, 6, 4]"},
        {"x |> deconv(4, 4, stride=2, pad=1)", "[1, 4, 12, 8]"}, {"x |> deconv(4, 3, 2, pad=1, output_pad=1)", "[1, 4, 12, 8]"},
        {"x |> flatten |> dense(10)", "[1, 10]"}, {"x |> bn |> prelu |> lrn |> dropout", "[1, 8, 6, 4]"},
        {"x |> maxpool(2)", "[1, 8, 3, 2]"}, {"x |> maxpool(3, 2, ceil=yes)", "[1, 8, 3, 2]"}, {"x |> avgpool(3, 1, pad=1)", "[1, 8, 6, 4]"},
        {"x |> global_avgpool", "[1, 8, 1, 1]"}, {"x |> adaptive_avgpool([4, 3])", "[1, 8, 4, 3]"}, {"x |> adaptive_maxpool(2)", "[1, 8, 2, 2]"},
        {"x |> spp([3, 2, 1])", "[1, 112]"}, {"concat(x, x)", "[1, 16, 6, 4]"}, {"concat([x, x, x], axis=2)", "[1, 8, 18, 4]"}, {"x |> concat(x)", "[1, 16, 6, 4]"},
        {"split(x, 2)[1]", "[1, 4, 6, 4]"}, {"split(x, [1, 5], axis=2)[1]", "[1, 8, 5, 4]"}, {"x |> reshape([1, 4, -1])", "[1, 4, 48]"},
        {"x |> transpose([0, 2, 3, 1])", "[1, 6, 4, 8]"}, {"x |> shuffle(4)", "[1, 8, 6, 4]"}, {"x |> slice(1, 2, 5)", "[1, 3, 6, 4]"},
        {"x |> crop(3)", "[1, 8, 3, 3]"}, {"x |> crop([2, 4], offset=[4, 0])", "[1, 8, 2, 4]"}, {"x |> pad(1, channels=[0, 3])", "[1, 11, 8, 6]"},
        {"x |> upsample(2)", "[1, 8, 12, 8]"}, {"x |> resize([7, 9])", "[1, 8, 7, 9]"}, {"x |> softmax(axis=1) |> entropy(axis=1)", "[1, 6, 4]"},
        {"x |> reduce_mean([2, 3])", "[1, 8]"}, {"x |> reduce_max(1, keep=yes)", "[1, 1, 6, 4]"}, {"x * 2 + 1 - x / x", "[1, 8, 6, 4]"},
        {"x * (x |> global_avgpool |> sigmoid)", "[1, 8, 6, 4]"}, {"max(x, 0) |> sqrt", "[1, 8, 6, 4]"}, {"op.clip(x, none, 6)", "[1, 8, 6, 4]"},
        {"x |> leaky_relu(alpha=0.1)", "[1, 8, 6, 4]"}, {"op.top_k(x, constant(i64[1], [3]), outputs=2)[1]", "[1, 8, 6, 3]"},
        {"x |> group_norm(2) |> instance_norm |> layer_norm(axis=1)", "[1, 8, 6, 4]"}, {"x + constant(f32[8,1,1], 0..8)", "[1, 8, 6, 4]"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char expression[200];
        snprintf(expression, sizeof expression, "(%s).shape", table[i][0]);
        check_value(expression, table[i][1]);
    }
}

static void check_names(const char *text, const char *want) {
    fixture f = start();
    assert_non_null(lower(&f, text));
    const char *got = "";
    for (int i = 0; i < f.parameters.count; i++) got = arena_printf(f.arena, "%s%s%s", got, i ? " " : "", f.parameters.all[i].name);
    assert_string_equal(got, want);
    arena_free(f.arena);
}

static void parameters_have_names(void **state) {
    (void)state;
    check_names("network n(x: f32[1,1,4,4]) { x |> conv(1, 1) |> conv(1, 1, bias=no) |> bn |> prelu }",
                "conv1.weight conv1.bias conv2.weight bn1.weight bn1.bias bn1.running_mean bn1.running_var prelu1.weight");
    check_names("block b(x) { x |> conv1: conv(1, 1, bias=no) |> conv(1, 1, bias=no) }\n"
                "network n(x: f32[1,1,4,4]) { x |> b |> b |> head: b |> \"layer{1}.{0}\": b }",
                "b1.conv1.weight b1.conv2.weight b2.conv1.weight b2.conv2.weight head.conv1.weight head.conv2.weight layer1.0.conv1.weight layer1.0.conv2.weight");
    check_names("inline block b(x) { x |> conv(1, 1, bias=no) }\n"
                "network n(x: f32[1,1,4,4]) {\n let y = x |> b |> b\n scope \"features\" { y = y |> b |> \"0\": conv(1, 1, bias=no) }\n scope \"a\" { scope \"b\" { y = y |> c: b } }\n y }",
                "conv1.weight conv2.weight features.conv1.weight features.0.weight a.b.c.conv1.weight");
    check_names("network n(x: f32[1,1,4,4]) {\n let y = x |> conv2: conv(1, 1, bias=no) |> conv(1, 1, bias=no) |> conv(1, 1, bias=no)\n y }",
                "conv2.weight conv1.weight conv3.weight");
}

static void exits_nest(void **state) {
    (void)state;
    fixture f = start();
    const char *text = "network n(x: f32[1,4], t: f32 = 0.5) {\n let y = x\n for i in 0..2 {\n  y = y |> dense(4)\n  exit when entropy(softmax(y)) < t -> y\n }\n"
                       " return logits = y |> dense(4)\n}\n";
    graph *g = lower(&f, text);
    assert_non_null(g);
    assert_int_equal(g->body->n_outputs, 2);
    assert_string_equal(g->body->outputs[0]->name, "logits");
    assert_string_equal(g->body->outputs[1]->name, "exit");
    assert_non_null(g->body->inputs[1]->fallback);
    const node *outer = g->body->last, *inner = outer->regions[1]->last;
    assert_int_equal(outer->op, OP_if);
    assert_int_equal(inner->op, OP_if);
    assert_int_equal(constant_int(outer->regions[0]->outputs[1]->constant, 0), 1);
    assert_int_equal(constant_int(inner->regions[0]->outputs[1]->constant, 0), 2);
    assert_int_equal(constant_int(inner->regions[1]->outputs[1]->constant, 0), 3);
    assert_true(graph_verify(g, &f.diags));
    arena_free(f.arena);
}

static char *format(fixture *f, const char *text) {
    source_text s = {.file = "test.cnn", .text = text, .size = strlen(text)};
    char *out = NULL;
    size_t size;
    FILE *stream = open_memstream(&out, &size);
    assert_true(dsl_format(&s, stream, f->arena, &f->diags));
    fclose(stream);
    char *kept = arena_strdup(f->arena, out);
    free(out);
    return kept;
}

static void files_have_a_canonical_form(void **state) {
    (void)state;
    static const char *const table[][2] = {
        {"\n\n\nnetwork  n( x :f32[ 1, 2 ] )  {x}\n\n", "network n(x: f32[1,2]) { x }\n"},
        {"let a=1;\nlet  b = -a+2**-3 ;", "let a = 1\nlet b = -a + 2 ** -3\n"},
        {"block f(x,c = 3,t:f32=0.5){\nx|>conv( c , [1,2] , pad = 1 )\n|>relu\n}", "block f(x, c=3, t: f32 = 0.5) {\n    x |> conv(c, [1, 2], pad=1)\n      |> relu\n}\n"},
        {"block f(x){\n\n\n  if not(x)and yes{\n  1 }\n  else{ 2 }\n\n}\n", "block f(x) {\n    if not (x) and yes {\n        1 }\n    else { 2 }\n}\n"},
        {"# c  \nlet s=\"a {b+1}c\"   # d\n\n\n\n## e\nlet t=[\n1,\n2\n]", "# c\nlet s = \"a {b + 1}c\" # d\n\n## e\nlet t = [\n    1,\n    2\n]\n"},
        {"block f(x) {\nfor i,[a,b] in zip(x,0 .. 3) {\ny=\"l{i}\":g(a)\n}\n}", "block f(x) {\n    for i, [a, b] in zip(x, 0..3) {\n        y = \"l{i}\": g(a)\n    }\n}\n"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        fixture f = start();
        char *once = format(&f, table[i][0]);
        assert_string_equal(once, table[i][1]);
        assert_string_equal(format(&f, once), once);
        arena_free(f.arena);
    }
}

/* Line ends count where a statement is complete and the next line does not go on with it. */
static void lines_end_statements(void **state) {
    (void)state;
    fixture f = start();
    graph *g = lower(&f, "network n(\n    image: f32[1,2],\n    k = 3,\n) {\n    let y = image\n        |> dense(\n            k)\n    # between\n\n        |> relu;;\n"
                         "    let z =\n        y +\n        y\n    if k == 3 { z = z\n        + y }\n    else { z = -z }\n    -z\n}");
    if (!g) fail_msg("%s", f.diags.first);
    arena_free(f.arena);
}

static void several_errors_are_reported(void **state) {
    (void)state;
    fixture f = start();
    assert_null(lower(&f, "network n(x: f32[1,2]) {\n    let a = )\n    let b = 3 +\n    }\nblock c(x) { x x }\n"));
    assert_int_equal(f.diags.errors, 3);
    fixture g = start();
    assert_null(lower(&g, "network n(x: f32[1,2]) {\n    let a = x |> dens(1)\n    let b = a |> relu\n    let c = x |> dense(0)\n    b + c + d\n}\n"));
    assert_int_equal(g.diags.errors, 3); /* b, made of a, is not reported again */
    arena_free(f.arena);
    arena_free(g.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expressions_have_values),   cmocka_unit_test(layers_have_shapes),   cmocka_unit_test(parameters_have_names),
        cmocka_unit_test(exits_nest),                cmocka_unit_test(lines_end_statements), cmocka_unit_test(files_have_a_canonical_form),
        cmocka_unit_test(several_errors_are_reported)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
