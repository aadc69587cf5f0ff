#include "frontend/onnx/convert/ml/ml.h"

/* Emitted code has no maps. ZipMap, at the end of classifiers, would make a list of them, from classes to scores: it gives
 * the matrix of scores, whose columns are the classes (convert.c). */

bool refuse_map(draft *d, const conversion *row) {
    (void)row;
    return draft_error(d, "cut it off, and let the model's input be the tensor that it makes of the map", "takes a map, which emitted code does not have");
}
