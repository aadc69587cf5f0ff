#include "frontend/onnx/convert/recipe.h"

#include <string.h>

/* ai.onnx.preview.training.Gradient: from y back to the xs, node by node, each by the rule of its operator. */

/* From g, the gradient of the result y, those of the inputs a and b, before they are summed over axes that broadcast. */
static const struct {
    op_code op;
    const char *rules[2];
} rules[] = {
    {OP_add, {"d = Identity(g)", "d = Identity(g)"}},
    {OP_sub, {"d = Identity(g)", "d = Neg(g)"}},
    {OP_mul, {"d = Mul(g, b)", "d = Mul(g, a)"}},
    {OP_div, {"d = Div(g, b)", "d = Neg(Div(Mul(g, y), b))"}},
    {OP_pow, {"d = Mul(g, Mul(b, Pow(a, Sub(b, 1.0:b))))", "d = Mul(g, Mul(y, Log(a)))"}},
    {OP_matmul, {"d = MatMul(g, Transpose(b))", "d = MatMul(Transpose(a), g)"}},
    {OP_neg, {"d = Neg(g)", NULL}},
    {OP_identity, {"d = Identity(g)", NULL}},
    {OP_exp, {"d = Mul(g, y)", NULL}},
    {OP_log, {"d = Div(g, a)", NULL}},
    {OP_sqrt, {"d = Div(g, Mul(y, 2.0:y))", NULL}},
    {OP_reciprocal, {"d = Neg(Mul(g, Mul(y, y)))", NULL}},
    {OP_abs, {"d = Mul(g, Sign(a))", NULL}},
    {OP_sin, {"d = Mul(g, Cos(a))", NULL}},
    {OP_cos, {"d = Neg(Mul(g, Sin(a)))", NULL}},
    {OP_tanh, {"d = Mul(g, Sub(1.0:y, Mul(y, y)))", NULL}},
    {OP_sigmoid, {"d = Mul(g, Mul(y, Sub(1.0:y, y)))", NULL}},
    {OP_relu, {"d = Where(Greater(a, 0.0:a), g, 0.0:g)", NULL}},
    {OP_softplus, {"d = Mul(g, Sigmoid(a))", NULL}},
};

typedef struct backward {
    draft *d;
    value **gradients; /* by value id; NULL: none has come there yet */
    int n_values;
} backward;

static bool accumulate(backward *b, recipe *r, const value *to, value *gradient) {
    if (to->id >= b->n_values) return true; /* not of the forward pass */
    value *old = b->gradients[to->id];
    recipe_value(r, "new", gradient);
    recipe_value(r, "old", old);
    if (old) recipe_run(r, "new = Add(old, new)");
    b->gradients[to->id] = recipe_get(r, "new");
    return !r->failed;
}

/* d, of the result's shape, summed to the shape of the input. */
static void sum_to(recipe *r, const value_type *result, const value_type *input) {
    int64_t axes[IR_MAX_RANK], shape[IR_MAX_RANK];
    int n = 0;
    for (int k = 0; k < result->rank; k++) {
        int from = k - (result->rank - input->rank);
        if (from < 0 || (type_size(input, from) == 1 && type_size(result, k) != 1)) axes[n++] = k;
    }
    for (int k = 0; k < input->rank; k++) shape[k] = type_size(input, k);
    recipe_ints(r, "axes", n, axes);
    recipe_ints(r, "shape", input->rank, shape);
    if (n) recipe_run(r, "d = Reshape(ReduceSum(d, $axes), $shape)");
}

static bool step_back(backward *b, const node *n) {
    size_t k = 0, count = sizeof rules / sizeof *rules;
    while (k < count && rules[k].op != n->op) k++;
    if (k == count) return draft_error(b->d, NULL, "needs the gradient of '%.80s' (%s), for which there is no rule", n->name, op_of(n->op)->name);
    for (int i = 0; i < n->n_inputs && i < 2; i++) {
        const value *x = n->inputs[i];
        if (x->constant || !rules[k].rules[i]) continue;
        if (!type_is_static(&x->type) || (n->op == OP_matmul && (n->inputs[0]->type.rank != 2 || n->inputs[1]->type.rank != 2)))
            return draft_error(b->d, NULL, "needs the gradient of '%.80s', whose shapes are not known or not supported", n->name);
        recipe r = recipe_new(b->d);
        recipe_value(&r, "g", b->gradients[n->outputs[0]->id]);
        recipe_value(&r, "y", n->outputs[0]);
        recipe_value(&r, "a", n->inputs[0]);
        recipe_value(&r, "b", n->n_inputs > 1 ? n->inputs[1] : NULL);
        recipe_run(&r, rules[k].rules[i]);
        if (n->op != OP_matmul) sum_to(&r, &n->outputs[0]->type, &x->type);
        if (r.failed || !accumulate(b, &r, x, recipe_get(&r, "d"))) return false;
    }
    return true;
}

static value *named(const draft *d, ir_string name) {
    void *v = NULL;
    names_find(d->context->scope, name.bytes, &v);
    return v;
}

/* The xs are where it ends: what they are computed from gets no gradient. */
static bool is_end(const draft *d, const attr *xs, const value *v) {
    for (int i = 0; i < xs->n; i++)
        if (named(d, xs->strings[i]) == v) return true;
    return false;
}

bool expand_gradient(draft *d, const conversion *row) {
    (void)row;
    const attr *xs = draft_attr(d, "xs"), *y_name = draft_attr(d, "y");
    value *y = y_name && y_name->kind == ATTR_STRING ? named(d, y_name->s) : NULL;
    if (!xs || xs->kind != ATTR_STRINGS || xs->n < d->n_outputs || !y) return draft_error(d, NULL, "does not say of what, or after what");
    if (!type_is_static(&y->type)) return draft_error(d, NULL, "the shape of '%.80s' is not known", y->name);
    backward b = {.d = d, .n_values = d->context->imp->graph->next_value};
    b.gradients = ARENA_ARRAY(d->context->imp->arena, value *, b.n_values);
    recipe r = recipe_new(d);
    recipe_value(&r, "y", y);
    recipe_run(&r, "one = Add(Mul(y, 0.0:y), 1.0:y)");
    b.gradients[y->id] = recipe_get(&r, "one");
    for (const node *n = d->context->region->last, *prev; n; n = prev) {
        prev = n->prev;
        const value *out = n->n_outputs == 1 ? n->outputs[0] : NULL;
        if (!out || out->id >= b.n_values || !b.gradients[out->id] || is_end(d, xs, out)) continue;
        if (!step_back(&b, n)) return false;
    }
    d->outputs = ARENA_ARRAY(d->context->imp->arena, value *, d->n_outputs);
    for (int i = 0; i < d->n_outputs; i++) {
        const value *x = named(d, xs->strings[i]);
        if (!x || x->id >= b.n_values || !b.gradients[x->id]) return draft_error(d, NULL, "'%.80s' does not depend on '%.80s'", y->name, xs->strings[i].bytes);
        recipe_value(&r, "g", b.gradients[x->id]);
        recipe_run(&r, "g = Identity(g)");
        d->outputs[i] = recipe_get(&r, "g");
    }
    return !r.failed;
}
