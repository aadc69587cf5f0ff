#include "frontend/onnx/convert/recipe.h"

/* ai.onnx.ml: classical machine learning, by standard operators. */

bool expand_binarizer(draft *d, const conversion *row) {
    (void)row;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    recipe_float(&r, "threshold", draft_float(d, "threshold", 0));
    recipe_run(&r, "y = Where(Greater(x, $threshold:x), 1:x, 0:x)");
    return recipe_return(&r, "y");
}

bool expand_feature_extractor(draft *d, const conversion *row) {
    (void)row;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x columns");
    recipe_run(&r, "y = Gather(x, Reshape(columns, [-1]); axis=-1)");
    const value_type *x = draft_input_type(d, 0);
    if (x->kind == TYPE_TENSOR && x->rank == 1) recipe_run(&r, "y = Unsqueeze(y, [0])");
    return recipe_return(&r, "y");
}
