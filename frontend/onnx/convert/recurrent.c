#include "frontend/onnx/convert/recipe.h"

/* Layout 1 has the batch first: [batch][steps][…] and states [batch][directions][hidden]. */
bool recurrent_layout(draft *d, const conversion *row) {
    (void)row;
    attr order = {.i = 0};
    draft_take(d, "layout", &order);
    attr output_sequence;
    draft_take(d, "output_sequence", &output_sequence);
    if (order.i != 1) return true;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x w r b lengths h c");
    draft inner = *d;
    inner.inputs = arena_copy(d->context->imp->arena, d->inputs, sizeof(value *) * (size_t)d->n_inputs);
    recipe_run(&r, "x = Transpose(x; perm=[1,0,2])");
    inner.inputs[0] = recipe_get(&r, "x");
    for (int i = 5; i < 7 && i < d->n_inputs; i++) {
        if (!d->inputs[i]) continue;
        recipe_run(&r, i == 5 ? "h = Transpose(h; perm=[1,0,2])" : "c = Transpose(c; perm=[1,0,2])");
        inner.inputs[i] = recipe_get(&r, i == 5 ? "h" : "c");
    }
    if (r.failed || !draft_finish(&inner)) return false;
    static const char *const results[] = {"y", "y_h", "y_c"};
    for (int i = 0; i < d->n_outputs && i < 3; i++) recipe_value(&r, results[i], inner.outputs[i]);
    if (d->n_outputs > 0 && d->wanted[0]) recipe_run(&r, "y = Transpose(y; perm=[2,0,1,3])");
    if (d->n_outputs > 1 && d->wanted[1]) recipe_run(&r, "y_h = Transpose(y_h; perm=[1,0,2])");
    if (d->n_outputs > 2 && d->wanted[2]) recipe_run(&r, "y_c = Transpose(y_c; perm=[1,0,2])");
    return recipe_return(&r, "y y_h y_c");
}
