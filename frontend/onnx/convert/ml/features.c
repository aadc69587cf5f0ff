#include "frontend/onnx/convert/ml/ml.h"

#include <math.h>
#include <string.h>

/* ai.onnx.ml: rows of features made ready. */

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

/* "name", one for all columns or one each, from a list attribute. */
static bool bind_columns(recipe *r, const char *name, int64_t features) {
    value *v = ml_vector(r->draft, name);
    int64_t n = v ? type_count(&v->type) : 0;
    if (n != 1 && n != features) return draft_error(r->draft, NULL, "has %lld of '%s' for %lld columns", (long long)n, name, (long long)features);
    recipe_value(r, name, v);
    return true;
}

bool expand_scaler(draft *d, const conversion *row) {
    (void)row;
    int64_t features;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    if (!ml_rows(&r, &features) || !bind_columns(&r, "offset", features) || !bind_columns(&r, "scale", features)) return false;
    recipe_run(&r, "y = Mul(Sub(x, offset), scale)");
    if (draft_input_type(d, 0)->rank == 1) recipe_run(&r, "y = Squeeze(y, [0])");
    return recipe_return(&r, "y");
}

/* Rows that are all zero stay so. */
bool expand_normalizer(draft *d, const conversion *row) {
    (void)row;
    static const struct { const char *norm, *text; } norms[] = {
        {"MAX", "size = ReduceMax(x, [-1])"}, {"L1", "size = ReduceL1(x, [-1])"}, {"L2", "size = ReduceL2(x, [-1])"}};
    const char *norm = draft_string(d, "norm", "MAX");
    int64_t features;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    if (!ml_rows(&r, &features)) return false;
    for (int i = 0; i < 3; i++) {
        if (strcmp(norm, norms[i].norm) != 0) continue;
        recipe_run(&r, norms[i].text);
        recipe_run(&r, "y = Div(x, Where(Equal(size, 0.0), 1.0, size))");
        if (draft_input_type(d, 0)->rank == 1) recipe_run(&r, "y = Squeeze(y, [0])");
        return recipe_return(&r, "y");
    }
    return draft_error(d, NULL, "norm '%.40s' is not known", norm);
}

bool expand_imputer(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_input_type(d, 0);
    if (x->kind != TYPE_TENSOR || x->rank < 1 || type_size(x, -1) < 0) return draft_error(d, NULL, "the shape of its input is not known");
    bool real = dtype_of(x->elem)->kind == CLASS_FLOAT;
    double old = draft_float(d, "replaced_value_float", 0);
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    recipe_float(&r, "real", old);
    recipe_int(&r, "whole", draft_int(d, "replaced_value_int64", 0));
    if (!bind_columns(&r, real ? "imputed_value_floats" : "imputed_value_int64s", type_size(x, -1))) return false;
    recipe_run(&r, real ? "new = Identity(imputed_value_floats)" : "new = Identity(imputed_value_int64s)");
    recipe_run(&r, real && isnan(old) ? "old = IsNaN(x)" : real ? "old = Equal(x, $real:x)" : "old = Equal(x, $whole:x)");
    recipe_run(&r, "y = Where(old, CastLike(new, x), x)");
    return recipe_return(&r, "y");
}

/* Inputs side by side, each with as many columns as inputdimensions says: cut, or with zeros. */
bool expand_feature_vectorizer(draft *d, const conversion *row) {
    (void)row;
    arena *mem = d->context->imp->arena;
    attr sizes = {.n = 0};
    draft_take(d, "inputdimensions", &sizes);
    draft_set_attr(d, (attr){.name = "axis", .kind = ATTR_INT, .i = 1});
    char *parts = arena_alloc(mem, 16 * (size_t)d->n_inputs + 1), *end = parts;
    recipe r = recipe_new(d);
    if (sizes.kind != ATTR_INTS || sizes.n != d->n_inputs || !d->n_inputs) return draft_error(d, NULL, "inputdimensions does not fit its inputs");
    for (int i = 0; i < d->n_inputs; i++) {
        const value_type *x = draft_input_type(d, i);
        if (x->kind != TYPE_TENSOR || x->rank < 1 || x->rank > 2 || type_size(x, -1) < 0 || sizes.ints[i] < 0)
            return draft_error(d, NULL, "the shape of input %d is not known", i);
        recipe_value(&r, "x", draft_input(d, i));
        recipe_int(&r, "size", sizes.ints[i]);
        recipe_int(&r, "more", sizes.ints[i] - (x->rank == 1 ? 1 : type_size(x, 1)));
        recipe_run(&r, x->rank == 1 ? "x = Unsqueeze(Cast(x; to=1), [1])" : "x = Cast(x; to=1)");
        recipe_run(&r, arena_printf(mem, "part%d = Pad(x, [0,0,0,$more])", i)); /* a negative pad cuts */
        end += snprintf(end, 16, i ? " part%d" : "part%d", i);
    }
    recipe_call(&r, "y", "Concat", parts);
    return recipe_return(&r, "y");
}
