#include "frontend/onnx/convert/recipe.h"

/* Operators that the standard tried before version 7 and dropped. Old exporters wrote them, and ONNX Runtime has them yet. */

/* text: "y" from "x" and the attributes alpha, beta and scale */
bool expand_scaled(draft *d, const conversion *row) {
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    recipe_float(&r, "alpha", draft_float(d, "alpha", 1));
    recipe_float(&r, "beta", draft_float(d, "beta", 0));
    recipe_float(&r, "scale", draft_float(d, "scale", 1));
    recipe_run(&r, row->text);
    return recipe_return(&r, "y");
}

bool expand_image_scaler(draft *d, const conversion *row) {
    (void)row;
    const attr *bias = draft_attr(d, "bias");
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    recipe_float(&r, "scale", draft_float(d, "scale", 1));
    recipe_run(&r, "y = Mul(x, $scale:x)");
    if (bias && bias->kind == ATTR_FLOATS && bias->n) {
        const int64_t shape[] = {bias->n, 1, 1};
        arena *mem = d->context->imp->arena;
        float *data = ARENA_ARRAY(mem, float, bias->n);
        for (int i = 0; i < bias->n; i++) data[i] = (float)bias->floats[i];
        recipe_value(&r, "bias", value_constant(d->context->imp->graph, d->name, type_tensor(mem, DT_F32, 3, shape), data, d->name));
        recipe_run(&r, "y = Add(y, CastLike(bias, y))");
    }
    return recipe_return(&r, "y");
}

/* border: what goes at the left, top, right and bottom; scale: height and width that stay, in place of the last two. */
bool expand_crop(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_static(d, 0);
    const attr *border = draft_attr(d, "border"), *scale = draft_attr(d, "scale");
    if (!x) return false;
    if (x->rank != 4 || !border || border->kind != ATTR_INTS || border->n != 4) return draft_error(d, NULL, "needs an image, and a border of 4 numbers");
    bool sized = scale && scale->kind == ATTR_INTS && scale->n == 2;
    for (int i = 0; i < 4 + 2 * sized; i++) { /* sums of them must not overflow */
        int64_t number = i < 4 ? border->ints[i] : scale->ints[i - 4];
        if (number < 0 || number > INT32_MAX) return draft_error(d, NULL, "has a border or scale of %lld", (long long)number);
    }
    int64_t left = border->ints[0], top = border->ints[1];
    const int64_t from[] = {top, left};
    const int64_t to[] = {sized ? top + scale->ints[0] : x->dims[2].size - border->ints[3], sized ? left + scale->ints[1] : x->dims[3].size - border->ints[2]};
    if (top < 0 || left < 0 || to[0] < top || to[1] < left || to[0] > x->dims[2].size || to[1] > x->dims[3].size)
        return draft_error(d, NULL, "its border is larger than its image");
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    recipe_ints(&r, "from", 2, from);
    recipe_ints(&r, "to", 2, to);
    recipe_run(&r, "y = Slice(x, $from, $to, [2,3])");
    return recipe_return(&r, "y");
}
