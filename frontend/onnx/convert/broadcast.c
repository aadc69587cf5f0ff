#include "frontend/onnx/convert/recipe.h"

/* Before version 7 broadcasting was asked for (`broadcast`), and `axis` told where the second operand's dimensions lie
 * in the first one's. Today's rule aligns them at the right, so the second operand gets trailing ones. */
bool broadcast_at_axis(draft *d, const conversion *row) {
    (void)row;
    attr broadcast = {.i = 0}, axis;
    draft_take(d, "broadcast", &broadcast);
    if (!draft_take(d, "axis", &axis) || !broadcast.i) return true;
    const value_type *a = draft_input_type(d, 0), *b = draft_input_type(d, 1);
    if (a->kind != TYPE_TENSOR || b->kind != TYPE_TENSOR || a->rank < 0 || b->rank < 0)
        return draft_error(d, "export the model with opset 7 or newer", "broadcasts at an axis of a tensor whose rank is not known");
    int64_t at = axis.i < 0 ? axis.i + a->rank : axis.i, trailing = at < 0 ? -1 : a->rank - at - b->rank;
    if (trailing < 0) return draft_error(d, NULL, "broadcasts at axis %lld, where it does not fit", (long long)axis.i);
    if (!trailing) return true;
    int64_t axes[IR_MAX_RANK];
    for (int i = 0; i < trailing; i++) axes[i] = b->rank + i;
    value *inputs[] = {draft_input(d, 1), draft_ints(d, "axes", (int)trailing, axes)};
    value *v = draft_emit(d, "Unsqueeze", "aligned", 2, inputs, 0, NULL);
    draft_set_input(d, 1, v);
    return v != NULL;
}

/* Before version 9 a list of slopes belonged to the channels. */
bool prelu_by_channel(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_input_type(d, 0), *slope = draft_input_type(d, 1);
    if (x->kind != TYPE_TENSOR || slope->kind != TYPE_TENSOR || x->rank < 3 || slope->rank != 1 || type_size(slope, 0) == 1) return true;
    int64_t shape[IR_MAX_RANK];
    for (int i = 0; i < x->rank - 1; i++) shape[i] = i ? 1 : -1;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x slope");
    recipe_ints(&r, "shape", x->rank - 1, shape);
    recipe_run(&r, "slope = Reshape(slope, $shape)");
    draft_set_input(d, 1, recipe_get(&r, "slope"));
    return !r.failed;
}
