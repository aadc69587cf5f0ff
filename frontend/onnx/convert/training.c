#include "frontend/onnx/convert/recipe.h"

#include <string.h>

/* Steps of optimizers on any number of tensors: inputs are the rate R, the step count T, then all tensors, all gradients
 * and the state of each kind; outputs are the new tensors, then the new states. */

typedef struct optimizer {
    const char *op_type;
    int groups; /* of inputs behind R and T; outputs are one fewer: no gradients */
    const char *text; /* from r, t, x, g, v, h to x1, v1, h1 */
} optimizer;

static const optimizer optimizers[] = {
    {"Adagrad", 3,
     "g = Add(Mul($norm_coefficient:x, x), g)\nv1 = Add(v, Mul(g, g))\n"
     "rate = Div(r, Add(1.0, Mul(Cast(t; to=1), $decay_factor)))\n"
     "x1 = Sub(x, Div(Mul(rate, g), Add(Sqrt(v1), $epsilon:x)))"},
    {"Adam", 4,
     "g = Add(Mul($norm_coefficient:x, x), g)\nv1 = Add(Mul($alpha:x, v), Mul(Sub(1.0, $alpha), g))\n"
     "h1 = Add(Mul($beta:x, h), Mul(Sub(1.0, $beta), Mul(g, g)))\nsteps = Cast(t; to=1)\n"
     "adjusted = Div(Mul(r, Sqrt(Sub(1.0, Pow($beta, steps)))), Sub(1.0, Pow($alpha, steps)))\n"
     "rate = Where(Greater(t, 0:t), adjusted, r)\n"
     "x1 = Sub(x, Div(Mul(rate, v1), Add(Sqrt(h1), $epsilon:x)))\nx1 = Mul(Sub(1.0, $norm_coefficient_post), x1)"},
    {"Momentum", 3,
     "g = Add(Mul($norm_coefficient:x, x), g)\nshare = Where(Greater(t, 0:t), $beta, 1.0)\n"
     "v1 = Add(Mul($alpha:x, v), Mul(share, g))\nx1 = Sub(x, Mul(r, v1))"},
    {"Nesterov", 3,
     "g = Add(Mul($norm_coefficient:x, x), g)\nshare = Where(Greater(t, 0:t), $beta, 1.0)\n"
     "v1 = Add(Mul($alpha:x, v), Mul(share, g))\nx1 = Sub(x, Mul(r, Add(g, Mul($alpha:x, v1))))"},
};

static const optimizer *optimizer_of(const draft *d) {
    const char *name = d->op_type;
    if (!strcmp(draft_string(d, "mode", ""), "nesterov")) name = "Nesterov";
    for (size_t i = 0; i < sizeof optimizers / sizeof *optimizers; i++)
        if (!strcmp(optimizers[i].op_type, name)) return &optimizers[i];
    return NULL;
}

bool expand_optimizer(draft *d, const conversion *row) {
    (void)row;
    const optimizer *o = optimizer_of(d);
    int count = o ? (d->n_inputs - 2) / o->groups : 0;
    if (!o || count < 1 || d->n_inputs != 2 + count * o->groups || d->n_outputs > count * (o->groups - 1))
        return draft_error(d, NULL, "its inputs and outputs do not belong together");
    bool adam = o->groups == 4;
    const char *results[] = {"x1", "v1", "h1"};
    value **outputs = ARENA_ARRAY(d->context->imp->arena, value *, count * 3);
    for (int i = 0; i < count; i++) {
        recipe r = recipe_new(d);
        static const char *const letters[] = {"x", "g", "v", "h"};
        recipe_value(&r, "r", draft_input(d, 0));
        recipe_value(&r, "t", draft_input(d, 1));
        for (int k = 0; k < o->groups; k++) recipe_value(&r, letters[k], draft_input(d, 2 + k * count + i));
        recipe_float(&r, "alpha", draft_float(d, "alpha", 0.9f));
        recipe_float(&r, "beta", draft_float(d, "beta", 0.999f));
        recipe_float(&r, "epsilon", draft_float(d, "epsilon", 1e-6f));
        recipe_float(&r, "decay_factor", draft_float(d, "decay_factor", 0));
        recipe_float(&r, "norm_coefficient", draft_float(d, "norm_coefficient", 0));
        recipe_float(&r, "norm_coefficient_post", draft_float(d, "norm_coefficient_post", 0));
        recipe_run(&r, o->text);
        if (r.failed) return false;
        for (int k = 0; k < 2 + adam; k++) outputs[k * count + i] = recipe_get(&r, results[k]);
    }
    d->outputs = outputs;
    return true;
}
