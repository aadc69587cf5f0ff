/* Each rule of the verifier against a graph that breaks it, and only it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* first the standard headers that cmocka wants */
#include <cmocka.h>

#include "ir/ir.h"

typedef struct fixture {
    arena *arena;
    diagnostics diags;
    graph *graph;
} fixture;

static int set_up(void **state) {
    fixture *f = calloc(1, sizeof *f);
    if (!f) return -1;
    f->arena = arena_new();
    *state = f;
    return 0;
}

static int tear_down(void **state) {
    fixture *f = *state;
    arena_free(f->arena);
    free(f);
    return 0;
}

/* A graph that holds to all rules. */
static graph *make(fixture *f, const char *text) {
    f->graph = graph_read(f->arena, &f->diags, "t.cir", text, strlen(text));
    if (!f->graph || !graph_verify(f->graph, &f->diags)) fail_msg("%s", f->diags.first);
    return f->graph;
}

static node *nth(const graph *g, int i) {
    node *n = g->body->first;
    while (i--) n = n->next;
    return n;
}

/* It no longer does, and for this reason. */
static void is_refused(fixture *f, const char *why) {
    f->diags = (diagnostics){0};
    assert_false(graph_verify(f->graph, &f->diags));
    if (!strstr(f->diags.first, why)) fail_msg("'%s' instead of '%s'", f->diags.first, why);
}

/* As the text has it, before anything is broken by hand. */
static void text_is_refused(fixture *f, const char *text, const char *why) {
    f->diags = (diagnostics){0};
    assert_null(graph_read(f->arena, &f->diags, "t.cir", text, strlen(text)));
    if (!strstr(f->diags.first, why)) fail_msg("'%s' instead of '%s' for %s", f->diags.first, why, text);
}

#define CHAIN "graph \"\" { input %x : f32[1,2,4,4] %a = exp(%x) %b = neg(%a) %c = add(%a, %b) return %c, %b }"

/* ---- order, scopes, lists ---- */

static void uses_come_after_definitions(void **state) {
    graph *g = make(*state, CHAIN);
    node_move_before(nth(g, 1), nth(g, 0));
    is_refused(*state, "node 'b' (Neg): reads 'a' before it is computed");
}

static void removed_values_are_not_read(void **state) {
    graph *g = make(*state, CHAIN);
    node_remove(nth(g, 0));
    is_refused(*state, "node 'b' (Neg): reads 'a' before it is computed");
}

static void regions_do_not_read_each_other(void **state) {
    graph *g = make(*state, "graph \"\" { input %c : bool[] input %x : f32[2]\n"
                            "%y = if(%c) { %a = neg(%x) return %a } { %b = exp(%x) return %b } return %y }");
    region *const *r = nth(g, 0)->regions;
    node_set_input(r[1]->first, 0, r[0]->first->outputs[0]);
    is_refused(*state, "node 'b' (Exp): reads 'a' before it is computed");
}

static void outputs_are_computed(void **state) {
    graph *g = make(*state, CHAIN);
    region_set_output(g->body, 0, value_new(g->body, "stray", nth(g, 0)->outputs[0]->type));
    is_refused(*state, "output 'stray' is not computed");
}

static void every_input_is_among_the_uses(void **state) {
    graph *g = make(*state, CHAIN);
    nth(g, 0)->outputs[0]->uses = NULL;
    is_refused(*state, "node 'b' (Neg): is missing among the uses of 'a'");
}

static void every_output_is_among_the_uses(void **state) {
    graph *g = make(*state, CHAIN);
    nth(g, 2)->outputs[0]->uses = NULL;
    is_refused(*state, "output 'c' is missing among the uses");
}

static void every_use_is_true(void **state) {
    fixture *f = *state;
    graph *g = make(f, CHAIN);
    value *a = nth(g, 0)->outputs[0];
    use stray = {.node = nth(g, 2), .index = 1, .next = a->uses}; /* input 1 of c is b */
    a->uses = arena_copy(f->arena, &stray, sizeof stray);
    is_refused(f, "node 'a' (Exp): 'a' has a use that does not read it");
}

static void nodes_know_their_region(void **state) {
    graph *g = make(*state, CHAIN);
    nth(g, 1)->parent = region_new(g, NULL);
    is_refused(*state, "node 'b' (Neg): is in another region than it thinks");
}

static void regions_know_their_owner(void **state) {
    graph *g = make(*state, "graph \"\" { input %c : bool[] input %x : f32[2] %n = neg(%x)\n"
                            "%y = if(%c) { return %n } { return %x } return %y }");
    nth(g, 1)->regions[1]->owner = nth(g, 0);
    is_refused(*state, "node 'y' (If): owns a region that belongs to another node");
}

static void results_know_their_producer(void **state) {
    graph *g = make(*state, CHAIN);
    nth(g, 2)->outputs[0]->producer = nth(g, 1);
    is_refused(*state, "node 'c' (Add): output 0 belongs to another node");
}

static void results_know_their_number(void **state) {
    graph *g = make(*state, CHAIN);
    nth(g, 2)->outputs[0]->output = 1;
    is_refused(*state, "node 'c' (Add): output 0 belongs to another node");
}

static void links_go_both_ways(void **state) {
    graph *g = make(*state, CHAIN);
    nth(g, 1)->prev = NULL;
    is_refused(*state, "node 'a' (Exp): is badly linked");
}

/* ---- arity and types ---- */

static void inputs_fit_the_operator(void **state) {
    graph *g = make(*state, CHAIN);
    node *b = nth(g, 1);
    node_add_input(b, b->inputs[0]);
    b->n_core_inputs = 2;
    is_refused(*state, "node 'b' (Neg): 2 inputs do not fit its operator");
}

static void core_inputs_exist(void **state) {
    graph *g = make(*state, CHAIN);
    nth(g, 1)->n_core_inputs = 2;
    is_refused(*state, "node 'b' (Neg): has fewer inputs than its operator reads");
}

static void outputs_fit_the_operator(void **state) {
    graph *g = make(*state, CHAIN);
    nth(g, 2)->n_outputs = 0;
    is_refused(*state, "node 'c' (Add): 0 outputs do not fit its operator");
}

static void regions_belong_to_control_flow(void **state) {
    graph *g = make(*state, "graph \"\" { input %c : bool[] input %x : f32[2] %y = if(%c) { return %x } { return %x } return %y }");
    nth(g, 0)->op = OP_not;
    is_refused(*state, "node 'y' (Not): has regions, which its operator does not take");
}

static void results_have_types(void **state) {
    fixture *f = *state;
    graph *g = make(f, CHAIN);
    nth(g, 1)->outputs[0]->type.kind = TYPE_UNKNOWN;
    assert_true(graph_verify_untyped(g, &f->diags));
    is_refused(f, "node 'b' (Neg): output 0 has no type");
}

/* ---- expressions ---- */

#define FUSED "graph \"\" { input %x : f32[2,3] input %z : f32[3] %y = fused(%x, %z) epilogue add(in0, relu(in1)) return %y }"

static void expressions_read_what_is_there(void **state) {
    fixture *f = *state;
    graph *g = make(f, FUSED);
    nth(g, 0)->epilogue = expr_input(f->arena, 2, DT_F32);
    is_refused(f, "its expression reads input 2, which it has not");
}

static void expressions_read_inputs_in_their_type(void **state) {
    fixture *f = *state;
    graph *g = make(f, FUSED);
    const expr *wrong = expr_input(f->arena, 1, DT_I32);
    nth(g, 0)->epilogue = expr_op(f->arena, nth(g, 0)->epilogue->attrs, DT_F32, 2, (const expr *[]){wrong, wrong});
    is_refused(f, "its expression reads input 1 in another type");
}

static void expressions_have_the_shape_of_the_result(void **state) {
    const char *start = "graph \"\" { input %x : f32[2,3] input %z : ", *end = " %y = relu(%x; %z) : f32[2,3] epilogue add(acc, in1) return %y }";
    static const char *const wrong[] = {"f32[2]", "f32[3,1]", "f32[1,2,3]"}, *const right[] = {"f32[3]", "f32[1,3]", "f32[]", "f32[2,1]"};
    fixture *f = *state;
    for (int i = 0; i < 3; i++) text_is_refused(f, arena_printf(f->arena, "%s%s%s", start, wrong[i], end), "input 1 of its expression has not the shape of the result");
    for (int i = 0; i < 4; i++) make(f, arena_printf(f->arena, "%s%s%s", start, right[i], end));
}

static void expressions_are_elementwise(void **state) {
    text_is_refused(*state, "graph \"\" { input %x : f32[2] %y = fused(%x) : f32[2] epilogue softmax(in0) return %y }",
                    "its expression has softmax, which is not elementwise");
}

static void operators_have_their_operands(void **state) {
    text_is_refused(*state, "graph \"\" { input %x : f32[2] %y = fused(%x) : f32[2] epilogue add(in0) return %y }",
                    "its expression has add of 1 operands");
    text_is_refused(*state, "graph \"\" { input %x : f32[2] %y = fused(%x) : f32[2] epilogue clip(in0) return %y }",
                    "its expression has clip of 1 operands");
}

static void expressions_give_the_type_of_the_result(void **state) {
    text_is_refused(*state, "graph \"\" { input %x : f32[2] %y = fused(%x) : f64[2] epilogue relu(in0) return %y }",
                    "its expression and its result differ in type");
}

static void fused_has_an_expression(void **state) {
    graph *g = make(*state, FUSED);
    nth(g, 0)->epilogue = NULL;
    is_refused(*state, "node 'y' (fused): has no expression");
}

/* ---- layouts ---- */

#define IN_C16(type, node) "graph \"\" { input %x : " type " %a = to_c16(%x) : " type " @c16(0,0,0,0) " node " return }"

static void layouts_suit_the_tensor(void **state) {
    make(*state, IN_C16("f32[1,2,3,4]", ""));
    text_is_refused(*state, IN_C16("f32[2,3,4]", ""), "'a' cannot have the layout c16");
    text_is_refused(*state, IN_C16("f64[1,2,3,4]", ""), "'a' cannot have the layout c16");
    text_is_refused(*state, "graph \"\" { input %x : u8[1,2,3,4] %a = to_c16(%x) : u8[1,2,3,4] @c16(0,0,0,0,bf16) return }", "'a' is stored as bf16");
    text_is_refused(*state, IN_C16("f32[1,16,3,4]", "%y = concat(%a, %a) {axis=1} : f32[1,32,3,4] @c16(0,0,0,0,bf16)"),
                    "has parts that are not stored as the whole is");
    text_is_refused(*state, IN_C16("f32[?,2,3,4]", ""), "'a' cannot have the layout c16");
}

static void halos_are_not_negative(void **state) {
    graph *g = make(*state, IN_C16("f32[1,2,3,4]", ""));
    nth(g, 0)->outputs[0]->type.layout.left = -1;
    is_refused(*state, "the halo of 'a' is negative");
}

static void operators_know_the_layout(void **state) {
    make(*state, IN_C16("f32[1,2,3,4]", "%y = relu(%a) : f32[1,2,3,4] @c16(0,0,0,0)"));
    text_is_refused(*state, IN_C16("f32[1,2,3,4]", "%y = softmax(%a) : f32[1,2,3,4] @c16(0,0,0,0)"), "node 'y' (Softmax): does not compute on the layout c16");
    text_is_refused(*state, IN_C16("f32[1,2,3,4]", "%y = relu(%a) : f32[1,2,3,4]"), "node 'y' (Relu): reads the layout c16 and makes another");
}

static void conversions_convert(void **state) {
    text_is_refused(*state, "graph \"\" { input %x : f32[1,2,3,4] %a = to_c16(%x) return }", "node 'a' (to_c16): does not convert to c16");
    text_is_refused(*state, IN_C16("f32[1,2,3,4]", "%y = to_c16(%a) : f32[1,2,3,4] @c16(1,1,1,1)"), "node 'y' (to_c16): does not convert to c16");
    text_is_refused(*state, IN_C16("f32[1,2,3,4]", "%y = from_c16(%a) : f32[1,2,3,4] @c16(0,0,0,0)"), "node 'y' (from_c16): does not convert from c16");
    text_is_refused(*state, "graph \"\" { input %x : f32[1,2,3,4] %a = from_c16(%x) return }", "node 'a' (from_c16): does not convert from c16");
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(uses_come_after_definitions), TEST(removed_values_are_not_read), TEST(regions_do_not_read_each_other),
        TEST(outputs_are_computed), TEST(every_input_is_among_the_uses), TEST(every_output_is_among_the_uses), TEST(every_use_is_true),
        TEST(nodes_know_their_region), TEST(regions_know_their_owner), TEST(results_know_their_producer),
        TEST(results_know_their_number), TEST(links_go_both_ways), TEST(inputs_fit_the_operator), TEST(core_inputs_exist),
        TEST(outputs_fit_the_operator), TEST(regions_belong_to_control_flow), TEST(results_have_types), TEST(expressions_read_what_is_there),
        TEST(expressions_read_inputs_in_their_type), TEST(expressions_have_the_shape_of_the_result), TEST(expressions_are_elementwise),
        TEST(operators_have_their_operands), TEST(expressions_give_the_type_of_the_result), TEST(fused_has_an_expression),
        TEST(layouts_suit_the_tensor), TEST(halos_are_not_negative), TEST(operators_know_the_layout), TEST(conversions_convert),
    };
    return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
