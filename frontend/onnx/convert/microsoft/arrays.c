#include "frontend/onnx/convert/recipe.h"

#include <string.h>

/* com.microsoft: operators on arrays that came before the standard's, or that it lacks. */

/* Pads may be a matrix of one row, the value a list of one. */
bool flatten_pads(draft *d, const conversion *row) {
    (void)row;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x pads value");
    recipe_run(&r, "pads = Reshape(pads, [-1])");
    if (draft_input(d, 2)) recipe_run(&r, "value = Reshape(value, [])");
    recipe_call(&r, "y", "Pad", draft_input(d, 2) ? "x pads value" : "x pads");
    return recipe_return(&r, "y");
}

bool expand_range(draft *d, const conversion *row) {
    (void)row;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "from to step");
    if (!draft_input(d, 2)) recipe_run(&r, "step = CastLike(1, from)");
    recipe_run(&r, "y = Range(Reshape(from, []), Reshape(to, []), Reshape(step, []))");
    return recipe_return(&r, "y");
}

bool expand_first_unique(draft *d, const conversion *row) {
    (void)row;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    recipe_run(&r, "y, first, places, counts = Unique(x; sorted=0)");
    return recipe_return(&r, "y places counts");
}

bool expand_inverse(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_static(d, 0);
    if (!x) return false;
    if (x->rank < 2 || type_size(x, -1) != type_size(x, -2)) return draft_error(d, NULL, "its input is no square matrix");
    int64_t dims[IR_MAX_RANK];
    for (int i = 0; i < x->rank; i++) dims[i] = x->dims[i].size;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    recipe_int(&r, "n", type_size(x, -1));
    recipe_int(&r, "end", 2 * type_size(x, -1));
    recipe_ints(&r, "shape", x->rank, dims);
    recipe_run(&r, "x64 = Cast(x; to=11)\none = Expand(EyeLike(Expand(0.0:x64, [$n,$n])), $shape)\n"
                   "y = CastLike(Slice(row_reduce(Concat(x64, one; axis=-1)), [$n], [$end], [-1]), x)");
    return recipe_return(&r, "y");
}

bool expand_distances(draft *d, const conversion *row) {
    (void)row;
    const char *metric = draft_string(d, "metric", "sqeuclidean");
    bool root = !strcmp(metric, "euclidean");
    if (!root && strcmp(metric, "sqeuclidean") != 0) return draft_error(d, NULL, "metric '%.40s' is not supported", metric);
    recipe r = recipe_new(d);
    recipe_inputs(&r, "a b");
    recipe_run(&r, "y = ReduceSumSquare(Sub(Unsqueeze(a, [1]), Unsqueeze(b, [0])), [2]; keepdims=0)");
    if (root) recipe_run(&r, "y = Sqrt(y)");
    return recipe_return(&r, "y");
}

/* Windows of `size` along an axis, `step` apart, in a dimension of their own at the end. */
bool expand_unfold(draft *d, const conversion *row) {
    enum { MOST_PLACES = 4096 }; /* of which there may be the square in a table */
    (void)row;
    const value_type *x = draft_static(d, 0);
    int64_t axis = draft_int(d, "dim", -1), size = draft_int(d, "size", 0), step = draft_int(d, "step", 1);
    if (!x) return false;
    axis += axis < 0 ? x->rank : 0;
    if (axis < 0 || axis >= x->rank || x->rank == IR_MAX_RANK || size < 1 || step < 1 || size > x->dims[axis].size ||
        size > MOST_PLACES || x->dims[axis].size > MOST_PLACES)
        return draft_error(d, NULL, "its windows do not fit its input");
    int64_t count = (x->dims[axis].size - size) / step + 1, perm[IR_MAX_RANK];
    int64_t *places = ARENA_ARRAY(d->context->imp->arena, int64_t, count * size);
    for (int64_t i = 0; i < count * size; i++) places[i] = i / size * step + i % size;
    for (int i = 0; i <= x->rank; i++) perm[i] = i <= axis ? i : i < x->rank ? i + 1 : axis + 1;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    recipe_value(&r, "places", draft_ints(d, "places", (int)(count * size), places));
    recipe_int(&r, "axis", axis);
    recipe_int(&r, "count", count);
    recipe_int(&r, "size", size);
    recipe_ints(&r, "perm", x->rank + 1, perm);
    recipe_run(&r, "y = Transpose(Gather(x, Reshape(places, [$count,$size]); axis=$axis); perm=$perm)");
    return recipe_return(&r, "y");
}

/* Pads are an input, which must be known. */
bool pads_to_attribute(draft *d, const conversion *row) {
    (void)row;
    const value *pads = draft_input(d, 2);
    if (pads && (!pads->constant || pads->type.elem != DT_I64))
        return draft_error(d, "fix the input: --fix NAME=VALUE", "its pads are not known when compiling");
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x w pads bias");
    if (pads) draft_set_attr(d, (attr){.name = "pads", .kind = ATTR_INTS, .n = (int)type_count(&pads->type), .ints = (int64_t *)pads->constant->data});
    recipe_call(&r, "y", "ConvTranspose", draft_input(d, 3) ? "x w bias" : "x w");
    return recipe_return(&r, "y");
}

/* The score of a token becomes -inf where it would end an n-gram that is there already: every place behind which the last n - 1 tokens
 * stand is compared, and names the token behind it. */
bool expand_ngram_block(draft *d, const conversion *row) {
    (void)row;
    const value_type *ids = draft_static(d, 0), *scores = draft_static(d, 1);
    if (!ids || !scores) return false;
    int64_t size = draft_int(d, "ngram_size", 0), length = ids->rank == 2 ? type_size(ids, 1) : -1, places = length - size + 1;
    if (size < 1 || ids->rank != 2 || scores->rank != 2) return draft_error(d, NULL, "its n-grams or inputs are of other sizes than it takes");
    recipe r = recipe_new(d);
    recipe_inputs(&r, "ids scores");
    recipe_run(&r, "y = Identity(scores)");
    if (places < 1) return recipe_return(&r, "y");
    recipe_int(&r, "length", length);
    recipe_int(&r, "places", places);
    recipe_int(&r, "rest", size - 1);
    recipe_int(&r, "vocabulary", type_size(scores, 1));
    recipe_run(&r, "next = Slice(ids, [$rest], [$length], [1])");
    recipe_run(&r, "same = Equal(next, next)");
    for (int64_t k = 0; k < size - 1; k++) {
        recipe_int(&r, "from", k);
        recipe_int(&r, "to", k + places);
        recipe_int(&r, "at", length - size + 1 + k);
        recipe_int(&r, "end", length - size + 2 + k);
        recipe_run(&r, "same = And(same, Equal(Slice(ids, [$from], [$to], [1]), Slice(ids, [$at], [$end], [1])))");
    }
    recipe_run(&r, "named = Equal(Unsqueeze(Where(same, next, -1:next), [2]), CastLike(Range(0, $vocabulary, 1), next))\n"
                   "y = Where(Greater(ReduceMax(Cast(named; to=1), [1]; keepdims=0), 0.0), -inf:scores, scores)");
    return recipe_return(&r, "y");
}
