#include "frontend/onnx/convert/recipe.h"

static bool normalize_by_position(draft *d) {
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x scale bias mean variance");
    recipe_float(&r, "epsilon", draft_float(d, "epsilon", 1e-5f));
    recipe_run(&r, "y = Add(Mul(Div(Sub(x, mean), Sqrt(Add(variance, $epsilon:x))), scale), bias)");
    return recipe_return(&r, "y");
}

/* In training, with the mean and the variance of the batch as outputs 3 and 4. */
static bool with_saved_statistics(draft *d) {
    const value_type *x = draft_input_type(d, 0);
    int64_t axes[IR_MAX_RANK];
    if (x->kind != TYPE_TENSOR || x->rank < 2) return draft_error(d, NULL, "the rank of its input is not known");
    for (int i = 1; i < x->rank; i++) axes[i - 1] = i > 1 ? i : 0;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x scale bias mean variance");
    recipe_ints(&r, "axes", x->rank - 1, axes);
    recipe_float(&r, "epsilon", draft_float(d, "epsilon", 1e-5));
    recipe_float(&r, "momentum", draft_float(d, "momentum", 0.9));
    recipe_run(&r, "y, new_mean, new_variance = BatchNormalization(x, scale, bias, mean, variance; epsilon=$epsilon, momentum=$momentum, training_mode=1)\n"
                   "centre = ReduceMean(x, $axes)\nsaved_mean = ReduceMean(x, $axes; keepdims=0)\n"
                   "off = Sub(x, centre)\nsaved_variance = ReduceMean(Mul(off, off), $axes; keepdims=0)");
    return recipe_return(&r, "y new_mean new_variance saved_mean saved_variance");
}

/* Until version 14 the number of outputs told training from inference; until 9 a `spatial` of 0 gave each position
 * statistics of its own. */
bool batch_normalization_modes(draft *d, const conversion *row) {
    (void)row;
    attr spatial = {.i = 1}, is_test;
    draft_take(d, "is_test", &is_test);
    draft_take(d, "spatial", &spatial);
    if (!spatial.i && d->n_outputs > 1) return draft_error(d, "export the model for inference", "has spatial = 0 in training");
    if (!spatial.i) return normalize_by_position(d);
    if (d->n_outputs > 3) return with_saved_statistics(d);
    if (d->n_outputs > 1) {
        draft_set_attr(d, (attr){.name = "training_mode", .kind = ATTR_INT, .i = 1});
    }
    return true;
}

/* [groups] to [channels]: every value once for each channel of its group. */
static value *spread(const draft *d, const char *label, value *v, int64_t groups, int64_t each) {
    int64_t column[] = {groups, 1}, block[] = {groups, each}, flat = groups * each;
    value *reshape[] = {v, draft_ints(d, label, 2, column)};
    value *expand[] = {reshape[0] ? draft_emit(d, "Reshape", label, 2, reshape, 0, NULL) : NULL, draft_ints(d, label, 2, block)};
    value *flatten[] = {expand[0] ? draft_emit(d, "Expand", label, 2, expand, 0, NULL) : NULL, draft_ints(d, label, 1, &flat)};
    return flatten[0] ? draft_emit(d, "Reshape", label, 2, flatten, 0, NULL) : NULL;
}

/* Until version 21 scale and bias had an element for each group. */
bool group_to_channel_scale(draft *d, const conversion *row) {
    (void)row;
    const attr *groups = draft_attr(d, "num_groups");
    const value_type *x = draft_input_type(d, 0);
    int64_t channels = x->kind == TYPE_TENSOR && x->rank >= 2 ? type_size(x, 1) : -1;
    if (!groups || groups->i < 1 || channels < 1 || channels % groups->i)
        return draft_error(d, "export the model with opset 21 or newer", "needs a known number of channels, a multiple of num_groups");
    for (int i = 1; i <= 2; i++) {
        if (!draft_input(d, i)) return draft_error(d, "export the model again", "lacks input %d", i);
        value *v = spread(d, i == 1 ? "scale" : "bias", draft_input(d, i), groups->i, channels / groups->i);
        if (!v) return false;
        draft_set_input(d, i, v);
    }
    return true;
}
