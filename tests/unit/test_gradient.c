#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* first the standard headers that cmocka wants */
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
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

/* Each rule against finite differences: one operator (or a few) between x, w and y, in double. Inputs %x, %w… are all
 * differentiated by that are named x or w. */
static const char *const cases[] = {
    "input %x : f64[1,4,5,6]\n const %w : f64[6,2,3,2] {0.3, -0.2, 0.5, ...}\n %y = conv(%x, %w) {group=2, strides=[2,1], pads=[1,0,2,1], dilations=[1,2]}",
    "input %x : f64[2,3,8,7]\n const %k : f64[4,3,3,3] {0.3, -0.2, 0.5, 0.7, ...}\n input %w : f64[4]\n %y = conv(%x, %k, %w) {strides=[3,2]}",
    "input %x : f64[1,2,7]\n const %k : f64[2,2,3] {0.3, -0.2, 0.5, ...}\n %y = conv(%x, %k) {auto_pad=\"SAME_UPPER\", strides=[2]}",
    "input %x : f64[2,2,7,6]\n %y = max_pool(%x) {kernel_shape=[3,3], strides=[2,2], pads=[1,1,0,0], ceil_mode=1}",
    "input %x : f64[1,3,4,4]\n %y = max_pool(%x) {kernel_shape=[2,2], strides=[2,2]}",
    "input %x : f64[2,3,4,5]\n %y = global_max_pool(%x)",
    "input %x : f64[2,2,7,6]\n %y = average_pool(%x) {kernel_shape=[3,3], strides=[2,2], pads=[1,1,0,0], ceil_mode=1}",
    "input %x : f64[1,2,7,6]\n %y = average_pool(%x) {kernel_shape=[3,2], strides=[1,2], pads=[1,1,1,1], count_include_pad=1}",
    "input %x : f64[2,3,4,5]\n %y = global_average_pool(%x)",
    "input %x : f64[3,4]\n input %w : f64[4,5]\n const %c : f64[5] {1, 2, ...}\n %y = gemm(%x, %w, %c) {alpha=0.5}",
    "input %x : f64[4,3]\n input %w : f64[5,4]\n %y = gemm(%x, %w) {transA=1, transB=1, alpha=2.0}",
    "input %x : f64[4,3]\n input %w : f64[4,5]\n %y = gemm(%x, %w) {transA=1}",
    "const %a : f64[3,4] {0.5, -1, 2, ...}\n const %b : f64[4,5] {1, 0.2, ...}\n input %x : f64[1,5]\n %y = gemm(%a, %b, %x) {beta=0.3}",
    "input %x : f64[2,3,4]\n input %w : f64[4,5]\n %y = matmul(%x, %w)",
    "input %x : f64[2,3,4,4]\n const %g : f64[3] {0.5, -2, 1.5}\n const %v : f64[3] {0.7, 2, 3}\n %y = batch_normalization(%x, %g, %v, %g, %v)",
    "input %x : f64[2,3,4]\n input %w : f64[3,1]\n %y = add(%x, %w)",
    "input %x : f64[2,3,4]\n input %w : f64[3,1]\n %y = sub(%x, %w)",
    "input %x : f64[2,3,4]\n input %w : f64[4]\n %y = mul(%x, %w)",
    "input %x : f64[2,3,4]\n input %w : f64[4]\n %y = div(%x, %w)",
    "input %x : f64[2,3,4]\n input %w : f64[3,1]\n %y = prelu(%x, %w)",
    "input %x : f64[2,3]\n input %w : f64[3]\n %y = sum(%x, %w, %x)",
    "input %x : f64[2,3]\n input %w : f64[3]\n %y = mean(%x, %w, %x)",
    "input %x : f64[2,3]\n %y = mul(%x, %x)",
    "input %x : f64[2,3]\n input %w : f64[1]\n const %c : bool[2,1] {1, 0}\n %y = where(%c, %x, %w)",
    "input %x : f64[30]\n const %l : f64[] {-0.5}\n const %h : f64[] {0.7}\n %y = clip(%x, %l, %h)",
    "input %x : f64[30]\n %y = relu(%x)", "input %x : f64[30]\n %y = leaky_relu(%x) {alpha=0.2}",
    "input %x : f64[30]\n %y = elu(%x) {alpha=1.5}", "input %x : f64[30]\n %y = hard_sigmoid(%x) {alpha=0.5}",
    "input %x : f64[30]\n %t = mul(%x, %x)\n %y = hard_swish(%t)", "input %x : f64[30]\n %y = sigmoid(%x)",
    "input %x : f64[30]\n %y = swish(%x) {alpha=1.3}", "input %x : f64[30]\n %y = softplus(%x)",
    "input %x : f64[30]\n %y = tanh(%x)", "input %x : f64[30]\n %y = exp(%x)",
    "input %x : f64[30]\n %t = exp(%x)\n %u = log(%t)\n %y = sqrt(%t)\n %z = add(%u, %y)",
    "input %x : f64[30]\n %t = exp(%x)\n %y = reciprocal(%t)", "input %x : f64[30]\n %y = neg(%x)", "input %x : f64[30]\n %y = abs(%x)",
    "input %x : f64[30]\n %y = erf(%x)", "input %x : f64[30]\n %t = sin(%x)\n %y = cos(%t)",
    "input %x : f64[2,5,3]\n %y = softmax(%x) {axis=1}", "input %x : f64[2,5,3]\n %y = log_softmax(%x)",
    "input %x : f64[2,5,3]\n const %a : i64[1] {-2}\n %y = reduce_mean(%x, %a) {keepdims=0}",
    "input %x : f64[2,5,3]\n %y = reduce_sum(%x)",
    "input %x : f64[2,5,3]\n const %s : i64[2] {6, 5}\n %y = reshape(%x, %s)", "input %x : f64[2,5,3]\n %y = flatten(%x)",
    "input %x : f64[5,1]\n const %s : i64[3] {2, 5, 4}\n %y = expand(%x, %s)",
    "input %x : f64[2,5,3]\n %y = transpose(%x) {perm=[2,0,1]}", "input %x : f64[2,5,3]\n %y = transpose(%x)",
    "input %x : f64[2,5]\n input %w : f64[2,3]\n %y = concat(%x, %w, %x) {axis=-1}",
    "input %x : f64[6,2]\n %t, %y = split(%x) {axis=0, num_outputs=2}",
    "input %x : f64[6,5]\n const %s : i64[2] {1, -3}\n const %e : i64[2] {4, 100}\n %y = slice(%x, %s, %e)",
    "input %x : f64[3,4]\n const %p : i64[4] {1, 2, 0, -1}\n %y = pad(%x, %p)",
};

typedef struct problem {
    graph *g;
    tensor in[4];
    tensor dy;
} problem;

static double number(int64_t i) { return sin(12.9898 * (double)(i + 1) + 0.3) * 0.9 + 0.05; } /* no two alike */

static tensor filled(arena *a, value_type t, int64_t first) {
    tensor x = tensor_new(a, t);
    for (int64_t i = 0; i < type_count(&t); i++) dtype_store_float(t.elem, x.data, i, number(first + i));
    return x;
}

/* sum(y * dy), by the first output of the graph. */
static double objective(const problem *p, arena *a, diagnostics *d, tensor *outputs) {
    if (!eval_graph(p->g, p->in, outputs, a, d, NULL, NULL)) fail_msg("%s", d->first);
    double sum = 0;
    for (int64_t i = 0; i < type_count(&p->dy.type); i++)
        sum += dtype_load_float(DT_F64, outputs[0].data, i) * dtype_load_float(DT_F64, p->dy.data, i);
    return sum;
}

static void compare(problem *p, int input, const tensor *got, arena *a, diagnostics *d, const char *text) {
    enum { OUTPUTS = 8 };
    tensor outputs[OUTPUTS];
    double *x = p->in[input].data, step = 1e-6;
    assert_int_equal(type_count(&got->type), type_count(&p->in[input].type));
    for (int64_t i = 0; i < type_count(&got->type); i++) {
        double at = x[i];
        x[i] = at + step;
        double above = objective(p, a, d, outputs);
        x[i] = at - step;
        double below = objective(p, a, d, outputs);
        x[i] = at;
        double want = (above - below) / (2 * step), have = dtype_load_float(DT_F64, got->data, i);
        if (!(fabs(want - have) <= 1e-6 * (1 + fabs(want))))
            fail_msg("input %d, element %lld: %g, finite differences say %g, in\n%s", input, (long long)i, have, want, text);
    }
}

static void check(arena *a, const char *body) {
    diagnostics d = {0};
    const char *result = strstr(body, "%z =") ? "%z" : "%y";
    const char *text = arena_printf(a, "graph \"\" {\n %s\n return %s\n}\n", body, result);
    graph *g = graph_read(a, &d, "case.cir", text, strlen(text));
    if (!g) fail_msg("%s in\n%s", d.first, text);
    g->diags = &d;
    region *r = g->body;
    problem p = {.g = g};
    p.dy = filled(a, r->outputs[0]->type, 1000);
    value *y = r->outputs[0], *dy = value_constant(g, "dy", p.dy.type, p.dy.data, "test");
    for (int i = 0; i < r->n_inputs; i++) {
        p.in[i] = filled(a, r->inputs[i]->type, 100 * i);
        value *dx = graph_gradient(g, y, dy, r->inputs[i], RELU_GRADIENT);
        if (!dx) fail_msg("%s in\n%s", d.first, text);
        region_add_output(r, dx);
    }
    if (!graph_verify(g, &d)) fail_msg("%s in\n%s", d.first, text);
    tensor outputs[8];
    objective(&p, a, &d, outputs);
    for (int i = 0; i < r->n_inputs; i++) compare(&p, i, &outputs[1 + i], a, &d, text);
}

static void test_rules_against_finite_differences(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        arena *a = arena_new();
        check(a, cases[i]);
        arena_free(a);
    }
}

static void expect_gradient(arena *a, relu_rule relu, const double *want) {
    static const char text[] = "graph \"\" {\n input %x : f64[4]\n const %w : f64[4] {2, -2, 2, -2}\n"
                               " %r = relu(%x)\n %y = mul(%r, %w)\n return %y\n}\n";
    diagnostics d = {0};
    graph *g = graph_read(a, &d, "t.cir", text, strlen(text));
    if (!g) fail_msg("%s", d.first);
    g->diags = &d;
    static const double ones[4] = {1, 1, 1, 1};
    static double x[4] = {1, 1, -1, -1};
    value *y = g->body->outputs[0], *dy = value_constant(g, "dy", y->type, ones, "test");
    region_add_output(g->body, graph_gradient(g, y, dy, g->body->inputs[0], relu));
    tensor in = {.type = y->type, .data = x}, out[2];
    if (!eval_graph(g, &in, out, a, &d, NULL, NULL)) fail_msg("%s", d.first);
    for (int i = 0; i < 4; i++) assert_true(dtype_load_float(DT_F64, out[1].data, i) == want[i]);
}

static void test_guided_relu_stops_both_signs(void **state) {
    expect_gradient(*state, RELU_GRADIENT, (double[]){2, -2, 0, 0});
    expect_gradient(*state, RELU_GUIDED, (double[]){2, 0, 0, 0});
}

static void test_an_operator_without_rule_is_named(void **state) {
    static const char text[] = "graph \"\" {\n input %x : f64[2,2]\n %y = det(%x)\n return %y\n}\n";
    diagnostics d = {0};
    graph *g = graph_read(*state, &d, "t.cir", text, strlen(text));
    if (!g) fail_msg("%s", d.first);
    g->diags = &d;
    value *y = g->body->outputs[0];
    static const double one = 1;
    assert_null(graph_gradient(g, y, value_constant(g, "dy", y->type, &one, "test"), g->body->inputs[0], RELU_GRADIENT));
    assert_int_equal(d.errors, 1);
    assert_non_null(strstr(d.first, "no rule for its gradient"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rules_against_finite_differences, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_guided_relu_stops_both_signs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_operator_without_rule_is_named, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("gradient", tests, NULL, NULL);
}
