#include "frontend/onnx/convert/ml/ml.h"

/* LinearRegressor and LinearClassifier. */

/* "y" of rows "x": their products with rows of coefficients, plus intercepts. *n: how many. */
static bool products(recipe *r, int64_t *n) {
    draft *d = r->draft;
    value *w = ml_vector(d, "coefficients"), *b = ml_vector(d, "intercepts");
    int64_t features;
    recipe_inputs(r, "x");
    if (!ml_rows(r, &features)) return false;
    int64_t count = w ? type_count(&w->type) : 0, given = b ? type_count(&b->type) : 0;
    *n = count / features;
    if (!count || count % features || (given && given != *n && given != 1)) return draft_error(d, NULL, "its coefficients and intercepts do not fit its input");
    recipe_value(r, "w", w);
    recipe_value(r, "b", b);
    recipe_int(r, "features", features);
    recipe_run(r, "y = MatMul(x, Transpose(Reshape(w, [-1,$features]); perm=[1,0]))");
    if (given) recipe_run(r, "y = Add(y, b)");
    return true;
}

bool expand_linear_regressor(draft *d, const conversion *row) {
    (void)row;
    int64_t targets;
    int transform = ml_transform_of(d);
    recipe r = recipe_new(d);
    if (transform < 0 || !products(&r, &targets)) return false;
    if (targets != draft_int(d, "targets", 1)) return draft_error(d, NULL, "has coefficients for %lld targets", (long long)targets);
    ml_transform(&r, transform);
    return recipe_return(&r, "y");
}

/* One row of coefficients tells two classes apart. */
bool expand_linear_classifier(draft *d, const conversion *row) {
    (void)row;
    int64_t scores;
    int transform = ml_transform_of(d);
    value *labels = ml_class_labels(d);
    recipe r = recipe_new(d);
    if (transform < 0 || !products(&r, &scores)) return false;
    int64_t classes = labels ? type_count(&labels->type) : 0;
    if (classes != scores && !(scores == 1 && classes == 2)) return draft_error(d, NULL, "has %lld classes with scores for %lld", (long long)classes, (long long)scores);
    recipe_value(&r, "labels", labels);
    if (scores < classes) {
        recipe_run(&r, "best = Cast(Greater(Squeeze(y, [1]), 0.0); to=7)");
        ml_two_scores(&r, false, transform);
    } else {
        recipe_run(&r, "best = ArgMax(y; axis=1, keepdims=0)");
        ml_transform(&r, transform);
    }
    recipe_run(&r, "label = Gather(labels, best)");
    return recipe_return(&r, "label y");
}
