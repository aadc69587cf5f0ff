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
    const value_type *x = draft_sized(d, 0);
    if (!x) return false;
    if (x->rank < 2 || !dim_is_number(x->dims[x->rank - 1]) || !dim_equal(x->dims[x->rank - 1], x->dims[x->rank - 2]))
        return draft_error(d, NULL, "its input is no square matrix");
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    recipe_int(&r, "n", type_size(x, -1));
    recipe_int(&r, "end", 2 * type_size(x, -1));
    recipe_dims(&r, "shape", x->rank, x->dims);
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

enum { MOST_PLACES = 4096 }; /* of an axis, and of a window: there may be the square in a table */

/* "places", $count times $size: where the windows' elements are along an axis, of so many windows. */
static void place_windows(recipe *r, dim count, int64_t size, int64_t step) {
    recipe_dim(r, "count", count);
    recipe_int(r, "size", size);
    recipe_int(r, "step", step);
    if (!dim_is_number(count)) {
        recipe_run(r, "places = Add(Unsqueeze(Mul(Range(0, $count, 1), $step), [1]), Range(0, $size, 1))");
        return;
    }
    int64_t *places = ARENA_ARRAY(r->draft->context->imp->arena, int64_t, count.size * size);
    for (int64_t i = 0; i < count.size * size; i++) places[i] = i / size * step + i % size;
    recipe_value(r, "places", draft_ints(r->draft, "places", (int)(count.size * size), places));
}

/* Windows of `size` along an axis, `step` apart, in a dimension of their own at the end. */
bool expand_unfold(draft *d, const conversion *row) {
    (void)row;
    arena *mem = d->context->imp->arena;
    const value_type *x = draft_sized(d, 0);
    int64_t axis = draft_int(d, "dim", -1), size = draft_int(d, "size", 0), step = draft_int(d, "step", 1);
    if (!x) return false;
    axis += axis < 0 ? x->rank : 0;
    if (axis < 0 || axis >= x->rank || x->rank == IR_MAX_RANK || size < 1 || step < 1 || size > MOST_PLACES ||
        (dim_is_number(x->dims[axis]) && (size > x->dims[axis].size || x->dims[axis].size > MOST_PLACES)))
        return draft_error(d, NULL, "its windows do not fit its input");
    int64_t perm[IR_MAX_RANK];
    for (int i = 0; i <= x->rank; i++) perm[i] = i <= axis ? i : i < x->rank ? i + 1 : axis + 1;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    place_windows(&r, dim_add(mem, dim_floordiv(mem, dim_add(mem, x->dims[axis], dim_number(-size)), dim_number(step)), dim_number(1)), size, step);
    recipe_int(&r, "axis", axis);
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
    const value_type *ids = draft_sized(d, 0), *scores = draft_sized(d, 1);
    if (!ids || !scores) return false;
    arena *mem = d->context->imp->arena;
    const int64_t size = draft_int(d, "ngram_size", 0);
    if (size < 1 || ids->rank != 2 || scores->rank != 2 || !dim_is_number(scores->dims[1]))
        return draft_error(d, NULL, "its n-grams or inputs are of other sizes than it takes");
    const dim length = ids->dims[1], before = dim_add(mem, length, dim_number(1 - size)); /* the last size - 1 tokens */
    recipe r = recipe_new(d);
    recipe_inputs(&r, "ids scores");
    recipe_run(&r, "y = Identity(scores)");
    if (dim_is_number(before) && before.size < 1) return recipe_return(&r, "y");
    recipe_dim(&r, "length", length);
    recipe_int(&r, "rest", size - 1);
    recipe_int(&r, "vocabulary", type_size(scores, 1));
    recipe_run(&r, "next = Slice(ids, [$rest], [$length], [1])");
    recipe_run(&r, "same = Equal(next, next)");
    for (int64_t k = 0; k < size - 1; k++) {
        recipe_int(&r, "from", k);
        recipe_dim(&r, "at", dim_add(mem, before, dim_number(k)));
        recipe_dim(&r, "end", dim_add(mem, before, dim_number(k + 1)));
        recipe_run(&r, "same = And(same, Equal(Slice(ids, [$from], [$at], [1]), Slice(ids, [$at], [$end], [1])))");
    }
    recipe_run(&r, "named = Equal(Unsqueeze(Where(same, next, -1:next), [2]), CastLike(Range(0, $vocabulary, 1), next))\n"
                   "y = Where(Greater(ReduceMax(Cast(named; to=1), [1]; keepdims=0), 0.0), -inf:scores, scores)");
    return recipe_return(&r, "y");
}

/* "at" [boxes, size]: where an axis of `length` pixels is looked at between the edges "low" and "high", whose 1 is its last pixel;
 * "inside": which of these places it has; both become those of a grid, -1 to 1. */
static void place_pixels(recipe *r, int64_t length, int64_t size, bool nearest) {
    recipe_int(r, "size", size);
    recipe_float(r, "last", (double)length - 1);
    recipe_float(r, "steps", (double)size - 1);
    recipe_float(r, "half", length > 1 ? ((double)length - 1) / 2 : 1);
    if (size > 1) recipe_run(r, "at = Add(Mul(low, $last), Mul(Cast(Range(0, $size, 1); to=1), Div(Mul(Sub(high, low), $last), $steps)))");
    else recipe_run(r, "at = Mul(Mul(Add(low, high), 0.5), $last)");
    recipe_run(r, "inside = And(GreaterOrEqual(at, 0.0), LessOrEqual(at, $last))");
    if (nearest) recipe_run(r, "at = Floor(Add(at, 0.5))");
    recipe_run(r, "at = Sub(Div(at, $half), 1.0)");
}

bool expand_crop_and_resize(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_sized(d, 0), *boxes = x ? draft_sized(d, 1) : NULL;
    const value *size = draft_input(d, 3);
    const char *mode = draft_string(d, "mode", "bilinear");
    const bool nearest = !strcmp(mode, "nearest");
    if (!boxes) return false;
    if (x->rank != 4 || boxes->rank != 2 || (!nearest && strcmp(mode, "bilinear") != 0)) return draft_error(d, NULL, "its mode or its inputs are others than it takes");
    if (!dim_is_number(x->dims[2]) || !dim_is_number(x->dims[3]))
        return draft_error(d, "fix the open dimension: --dim NAME=SIZE", "the size of its images is open");
    if (!size || !size->constant || type_count(&size->type) != 2) return draft_error(d, "fix the input: --fix NAME=VALUE", "its crop_size is not known when compiling");
    int64_t height = constant_int(size->constant, 0), width = constant_int(size->constant, 1);
    if (height < 1 || width < 1 || height > INT32_MAX || width > INT32_MAX) return draft_error(d, NULL, "its crop_size is out of range");
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x boxes batch");
    recipe_dim(&r, "boxes_n", boxes->dims[0]);
    recipe_int(&r, "height", height);
    recipe_int(&r, "width", width);
    recipe_float(&r, "outside", draft_float(d, "extrapolation_value", 0));
    recipe_run(&r, "top, left, bottom, right = Split(boxes; axis=1, num_outputs=4)\nlow = Identity(top)\nhigh = Identity(bottom)");
    place_pixels(&r, type_size(x, 2), height, nearest);
    recipe_run(&r, "rows = Unsqueeze(at, [2,3])\nrow_inside = Unsqueeze(inside, [1,3])\nlow = Identity(left)\nhigh = Identity(right)");
    place_pixels(&r, type_size(x, 3), width, nearest);
    recipe_run(&r, "columns = Unsqueeze(at, [1,3])\ninside = And(row_inside, Unsqueeze(inside, [1,2]))\nwhole = [$boxes_n,$height,$width,1]\n"
                   "grid = Concat(Expand(columns, whole), Expand(rows, whole); axis=3)\nimages = Gather(x, batch)");
    recipe_run(&r, nearest ? "y = GridSample(images, grid; align_corners=1, padding_mode=\"border\", mode=\"nearest\")"
                           : "y = GridSample(images, grid; align_corners=1, padding_mode=\"border\", mode=\"linear\")");
    recipe_run(&r, "y = Where(inside, y, $outside:x)");
    return recipe_return(&r, "y");
}

/* Austin Appleby's MurmurHash3 for 32 bits, of each number's 4 or 8 bytes. */
bool expand_murmur_hash(draft *d, const conversion *row) {
    static const char *const turns[] = {"k = Mul(k, 3432918353:k)\nk = BitwiseOr(BitShift(k, 15:k; direction=\"LEFT\"), BitShift(k, 17:k; direction=\"RIGHT\"))\n"
                                        "hash = BitwiseXor(hash, Mul(k, 461845907:k))\n"
                                        "hash = BitwiseOr(BitShift(hash, 13:k; direction=\"LEFT\"), BitShift(hash, 19:k; direction=\"RIGHT\"))\n"
                                        "hash = Add(Mul(hash, 5:k), 3864292196:k)",
                                        "hash = BitwiseXor(hash, $bytes:k)\nhash = BitwiseXor(hash, BitShift(hash, 16:k; direction=\"RIGHT\"))\n"
                                        "hash = Mul(hash, 2246822507:k)\nhash = BitwiseXor(hash, BitShift(hash, 13:k; direction=\"RIGHT\"))\n"
                                        "hash = Mul(hash, 3266489909:k)\ny = BitwiseXor(hash, BitShift(hash, 16:k; direction=\"RIGHT\"))"};
    (void)row;
    const value_type *x = draft_input_type(d, 0);
    if (x->kind != TYPE_TENSOR) return draft_error(d, NULL, "the type of its input is not known");
    const int64_t bytes = x->elem == DT_STRING ? 0 : dtype_of(x->elem)->bits / 8;
    if (bytes != 4 && bytes != 8) return draft_error(d, NULL, "hashes %s, which is not supported", dtype_of(x->elem)->name);
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    recipe_int(&r, "bytes", bytes);
    recipe_int(&r, "seed", (int64_t)(uint32_t)draft_int(d, "seed", 0));
    recipe_run(&r, bytes == 4 ? "k = BitCast(x; to=12)" : "both = BitCast(x; to=13)\nk = Cast(BitwiseAnd(both, 4294967295:both); to=12)");
    recipe_run(&r, "hash = Expand($seed:k, Shape(k))");
    recipe_run(&r, turns[0]);
    if (bytes == 8) {
        recipe_run(&r, "k = Cast(BitShift(both, 32:both; direction=\"RIGHT\"); to=12)");
        recipe_run(&r, turns[0]);
    }
    recipe_run(&r, turns[1]);
    if (!draft_int(d, "positive", 1)) recipe_run(&r, "y = BitCast(y; to=6)");
    return recipe_return(&r, "y");
}
