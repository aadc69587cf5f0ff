#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* first the standard headers that cmocka wants */
#include <cmocka.h>
#include <string.h>

#include "ir/ir.h"

static int set_up(void **state) {
    *state = arena_new();
    return 0;
}

static int tear_down(void **state) {
    arena_free(*state);
    return 0;
}

/* What is lost where a float32 lies between two layers: through a constant, a cast and an outer value of a region. */
static const char text[] = "graph \"\" {\n"
                           "  input %x : f32[1]\n"
                           "  input %c : bool[]\n"
                           "  const %small : f32[1] {1e-9}\n"
                           "  %a = add(%x, %small)\n"
                           "  %b = cast(%a) {to=1}\n"
                           "  %y = if(%c) {\n"
                           "    %d = sub(%b, %x)\n"
                           "    return %d\n"
                           "  } {\n"
                           "    %n = neg(%b)\n"
                           "    return %n\n"
                           "  }\n"
                           "  return %y\n"
                           "}\n";

static double evaluated(arena *a, bool wide) {
    diagnostics d = {0};
    graph *g = graph_read(a, &d, "t.cir", text, strlen(text));
    if (!g) fail_msg("%s", d.first);
    if (wide && !graph_widen(g)) fail_msg("%s", d.first);
    assert_true(graph_verify(g, &d));
    tensor in[2] = {tensor_new(a, g->body->inputs[0]->type), tensor_new(a, g->body->inputs[1]->type)}, out;
    dtype_store_float(in[0].type.elem, in[0].data, 0, 1);
    dtype_store_int(DT_BOOL, in[1].data, 0, 1);
    if (!eval_graph(g, in, &out, a, &d, NULL, NULL)) fail_msg("%s", d.first);
    assert_int_equal(out.type.elem, wide ? DT_F64 : DT_F32);
    return dtype_load_float(out.type.elem, out.data, 0);
}

static void test_nothing_is_rounded(void **state) {
    assert_true(evaluated(*state, false) == 0);
    double y = evaluated(*state, true);
    assert_true(y > 0.999e-9 && y < 1.001e-9);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_nothing_is_rounded, set_up, tear_down)};
    return cmocka_run_group_tests_name("widen", tests, NULL, NULL);
}
