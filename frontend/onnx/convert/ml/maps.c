#include "frontend/onnx/convert/ml/ml.h"

/* Emitted code has no maps. */

/* At a classifier's end a list of maps, from classes to scores: here the matrix of scores, whose columns are the classes. */
bool keep_scores(draft *d, const conversion *row) {
    (void)row;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    recipe_run(&r, "y = Identity(x)");
    return recipe_return(&r, "y");
}

bool refuse_map(draft *d, const conversion *row) {
    (void)row;
    return draft_error(d, "cut it off, and let the model's input be the tensor that it makes of the map", "takes a map, which emitted code does not have");
}
