#include "frontend/onnx/convert/recipe.h"

#include <string.h>

/* Operators that only put elements elsewhere. */

enum { MAX_BLOCK = 2048 }; /* its square times any size fits int64 */

static bool blocks_of(draft *d, const value_type *x, int64_t *block) {
    *block = draft_int(d, "blocksize", 0);
    if (x->kind != TYPE_TENSOR || x->rank != 4) return draft_error(d, NULL, "needs an input of rank 4");
    if (*block >= 1 && *block <= MAX_BLOCK) return true;
    return draft_error(d, NULL, "its blocksize %lld is not within 1 to %d", (long long)*block, MAX_BLOCK);
}

bool expand_depth_to_space(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_input_type(d, 0);
    int64_t b;
    arena *mem = d->context->imp->arena;
    if (!blocks_of(d, x, &b)) return false;
    if (!dim_is_number(x->dims[1])) return draft_static(d, 0) != NULL;
    if (type_size(x, 1) % (b * b)) return draft_error(d, NULL, "%lld channels cannot be spread over blocks of %lld", (long long)type_size(x, 1), (long long)b);
    const dim block = dim_number(b), c = dim_number(type_size(x, 1) / (b * b)), n = x->dims[0], h = x->dims[2], w = x->dims[3];
    const dim dcr[] = {n, block, block, c, h, w}, crd[] = {n, c, block, block, h, w}, result[] = {n, c, dim_mul(mem, h, block), dim_mul(mem, w, block)};
    const bool column_first = !strcmp(draft_string(d, "mode", "DCR"), "CRD");
    const int64_t from_dcr[] = {0, 3, 4, 1, 5, 2}, from_crd[] = {0, 1, 4, 2, 5, 3};
    const attr perm = {.name = "perm", .kind = ATTR_INTS, .n = 6, .ints = arena_copy(mem, column_first ? from_crd : from_dcr, sizeof from_dcr)};
    value *v = draft_reshape(d, "blocks", draft_input(d, 0), 6, column_first ? crd : dcr);
    v = v ? draft_emit(d, "Transpose", "turned", 1, &v, 1, &perm) : NULL;
    v = v ? draft_reshape(d, "spread", v, 4, result) : NULL;
    if (!v) return false;
    d->outputs = ARENA_ARRAY(mem, value *, 1);
    d->outputs[0] = v;
    return true;
}

bool expand_space_to_depth(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_input_type(d, 0);
    int64_t b;
    arena *mem = d->context->imp->arena;
    const bool crd = !strcmp(draft_string(d, "mode", "DCR"), "CRD");
    if (!blocks_of(d, x, &b)) return false;
    for (int k = 2; k < 4; k++)
        if (dim_is_number(x->dims[k]) && x->dims[k].size % b) return draft_error(d, NULL, "its plane cannot be cut into blocks of %lld", (long long)b);
    const dim block = dim_number(b), n = x->dims[0], c = x->dims[1], h = dim_floordiv(mem, x->dims[2], block), w = dim_floordiv(mem, x->dims[3], block);
    const dim cut[] = {n, c, h, block, w, block}, result[] = {n, dim_mul(mem, c, dim_number(b * b)), h, w};
    const int64_t to_dcr[] = {0, 3, 5, 1, 2, 4}, to_crd[] = {0, 1, 3, 5, 2, 4};
    const attr perm = {.name = "perm", .kind = ATTR_INTS, .n = 6, .ints = arena_copy(mem, crd ? to_crd : to_dcr, sizeof to_dcr)};
    value *v = draft_reshape(d, "blocks", draft_input(d, 0), 6, cut);
    v = v ? draft_emit(d, "Transpose", "turned", 1, &v, 1, &perm) : NULL;
    v = v ? draft_reshape(d, "gathered", v, 4, result) : NULL;
    if (!v) return false;
    d->outputs = ARENA_ARRAY(mem, value *, 1);
    d->outputs[0] = v;
    return true;
}

/* Sizes that an input gives, or, where the caller gives them, what the model declares of the output. */
static bool wanted_sizes(draft *d, const value_type *x, int input, const int64_t *axes, int n_axes, dim *sizes) {
    int count;
    const dim *wanted = terms_as_sizes(d->context->imp, draft_input(d, input), &count);
    bool given = wanted && count == n_axes;
    const value_type *declared = d->declared ? d->declared[0] : NULL;
    bool known = declared && declared->rank == x->rank && type_is_static(declared);
    if (!given && !known) return draft_error(d, "make it a constant", "the sizes it is to have are not known");
    for (int i = 0; i < n_axes; i++) sizes[i] = given ? wanted[i] : declared->dims[axes[i]];
    return true;
}

/* Each axis is cut or padded at both ends, the end getting the odd element. */
bool expand_center_crop_pad(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_sized(d, 0);
    if (!x) return false;
    arena *mem = d->context->imp->arena;
    int64_t axes[IR_MAX_RANK];
    dim sizes[IR_MAX_RANK], pads[2 * IR_MAX_RANK];
    const dim zero = dim_number(0), two = dim_number(2);
    const attr *a = draft_attr(d, "axes");
    int n = a && a->kind == ATTR_INTS ? a->n : x->rank;
    if (n > x->rank) return draft_error(d, NULL, "names %d axes of %d", n, x->rank);
    for (int i = 0; i < n; i++) {
        axes[i] = a ? a->ints[i] + (a->ints[i] < 0 ? x->rank : 0) : i;
        if (axes[i] < 0 || axes[i] >= x->rank) return draft_error(d, NULL, "axis %lld is outside of its input", (long long)a->ints[i]);
    }
    if (!wanted_sizes(d, x, 1, axes, n, sizes)) return false;
    for (int i = 0; i < 2 * x->rank; i++) pads[i] = zero;
    for (int i = 0; i < n; i++) { /* negative pads cut */
        if (dim_is_number(sizes[i]) && sizes[i].size < 0) return draft_error(d, NULL, "wants size %lld on axis %lld", (long long)sizes[i].size, (long long)axes[i]);
        const dim more = dim_sub(mem, sizes[i], x->dims[axes[i]]), less = dim_sub(mem, x->dims[axes[i]], sizes[i]);
        const dim begin = dim_sub(mem, dim_floordiv(mem, dim_max(mem, more, zero), two), dim_floordiv(mem, dim_max(mem, less, zero), two));
        pads[axes[i]] = begin;
        pads[axes[i] + x->rank] = dim_sub(mem, more, begin);
    }
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    recipe_sizes(&r, "pads", 2 * x->rank, pads);
    recipe_run(&r, "y = Pad(x, pads)");
    return recipe_return(&r, "y");
}

/* ---- masks by position ---- */

bool expand_trilu(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_sized(d, 0);
    if (!x) return false;
    if (x->rank < 2) return draft_error(d, NULL, "needs a matrix");
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x k");
    recipe_size(&r, "rows", x->dims[x->rank - 2]);
    recipe_size(&r, "columns", x->dims[x->rank - 1]);
    recipe_run(&r, "row = Unsqueeze(Range(0, rows, 1), [1])\ncolumn = Range(0, columns, 1)");
    if (draft_input(d, 1)) recipe_run(&r, "row = Add(row, k)");
    if (draft_int(d, "upper", 1)) recipe_run(&r, "keep = GreaterOrEqual(column, row)");
    else recipe_run(&r, "keep = LessOrEqual(column, row)");
    recipe_run(&r, "y = Where(keep, x, 0:x)");
    return recipe_return(&r, "y");
}

bool expand_eye_like(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_sized(d, 0);
    if (!x) return false;
    if (x->rank != 2) return draft_error(d, NULL, "needs a matrix");
    recipe r = recipe_new(d);
    recipe_size(&r, "rows", x->dims[0]);
    recipe_size(&r, "columns", x->dims[1]);
    recipe_int(&r, "k", draft_int(d, "k", 0));
    recipe_int(&r, "type", draft_int(d, "dtype", dtype_of(x->elem)->onnx));
    recipe_run(&r, "row = Unsqueeze(Range(0, rows, 1), [1])\ny = Cast(Equal(Range(0, columns, 1), Add(row, $k)); to=$type)");
    return recipe_return(&r, "y");
}

bool expand_one_hot(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_input_type(d, 0), *declared = d->declared ? d->declared[0] : NULL;
    const value *depth = draft_input(d, 1);
    if (x->kind != TYPE_TENSOR || x->rank < 0) return draft_static(d, 0) != NULL;
    if (!depth) return false;
    int64_t axis = draft_int(d, "axis", -1), n = -1;
    axis += axis < 0 ? x->rank + 1 : 0;
    if (axis < 0 || axis > x->rank) return draft_error(d, NULL, "axis %lld is outside of its result", (long long)axis);
    if (depth->constant && type_count(&depth->type) == 1) n = constant_int(depth->constant, 0);
    else if (declared && declared->rank == x->rank + 1) n = type_size(declared, (int)axis);
    if (n < 0) return draft_error(d, "make it a constant", "its depth is not known");
    int64_t shape[IR_MAX_RANK];
    for (int i = 0; i <= x->rank && i < IR_MAX_RANK; i++) shape[i] = i == axis ? n : 1;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x depth values");
    recipe_int(&r, "n", n);
    recipe_int(&r, "axis", axis);
    recipe_ints(&r, "shape", x->rank + 1, shape);
    recipe_run(&r, "at = Unsqueeze(Cast(x; to=7), [$axis])\nat = Where(Less(at, 0), Add(at, $n), at)\n"
                   "classes = Reshape(Range(0, $n, 1), $shape)\noff, on = Split(values, [1,1])\n"
                   "y = Where(Equal(at, classes), on, off)");
    return recipe_return(&r, "y");
}

/* ---- choices along an axis ---- */

bool expand_reverse_sequence(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_sized(d, 0);
    if (!x) return false;
    int64_t time = draft_int(d, "time_axis", 0), batch = draft_int(d, "batch_axis", 1);
    if (x->rank < 2 || time + batch != 1) return draft_error(d, NULL, "its time and batch axes are not the first two");
    int64_t perm[IR_MAX_RANK];
    for (int i = 0; i < x->rank; i++) perm[i] = i < 2 ? 1 - i : i;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x lengths");
    recipe_ints(&r, "perm", x->rank, perm);
    recipe_size(&r, "steps", x->dims[time]);
    if (time == 0) recipe_run(&r, "x = Transpose(x; perm=$perm)");
    recipe_run(&r, "step = Range(0, steps, 1)\nlength = Unsqueeze(lengths, [1])\n"
                   "from = Where(Less(step, length), Sub(Sub(length, 1), step), step)\n"
                   "y = GatherND(x, Unsqueeze(from, [2]); batch_dims=1)");
    if (time == 0) recipe_run(&r, "y = Transpose(y; perm=$perm)");
    return recipe_return(&r, "y");
}

/* How many elements are chosen is known from a constant condition, or the model declares it. */
bool expand_compress(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_sized(d, 0), *declared = d->declared ? d->declared[0] : NULL;
    const value *condition = draft_input(d, 1);
    bool flat = !draft_attr(d, "axis");
    int64_t axis = draft_int(d, "axis", 0), n = -1;
    if (!x) return false;
    if (!condition) return draft_error(d, NULL, "lacks its condition");
    int rank = flat ? 1 : x->rank;
    axis += axis < 0 ? rank : 0;
    if (axis < 0 || axis >= rank) return draft_error(d, NULL, "axis %lld is outside of its input", (long long)axis);
    if (declared && declared->rank == rank) n = type_size(declared, (int)axis);
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x condition");
    recipe_int(&r, "axis", axis);
    recipe_int(&r, "n", n);
    bool known = n >= 0 && !condition->constant;
    if (known) recipe_run(&r, "at, found = NonZero(condition; room=$n, exact=1)");
    else recipe_run(&r, "at = NonZero(condition)");
    if (flat) recipe_run(&r, "x = Reshape(x, [-1])");
    recipe_run(&r, "y = Gather(x, Squeeze(at, [0]); axis=$axis)");
    return recipe_return(&r, "y");
}
