/* Operators whose inputs are computed from sizes that stay open (terms.c): those inputs go into attributes and types. */
#include "frontend/onnx/convert/recipe.h"

static arena *arena_of(const draft *d) { return d->context->imp->arena; }

/* The shape that input 1 wants as 0 where a size is copied, and -1 for what is left. False: that does not say it all. */
static bool as_constant_shape(const value_type *x, int rank, const dim *want, int64_t *shape) {
    int rests = 0;
    for (int i = 0; i < rank; i++) {
        bool copied = i < x->rank && dim_equal(want[i], x->dims[i]) && !dim_is_number(want[i]);
        shape[i] = copied ? 0 : dim_is_number(want[i]) ? want[i].size : -1;
        rests += shape[i] == -1;
    }
    return rests < 2;
}

/* Sizes become constants; where that is not possible, they are in the attribute `size` too. */
bool reshape_open(draft *d, const conversion *row) {
    (void)row;
    int rank;
    const value *shape = draft_input(d, 1);
    const dim *want = shape && !shape->constant ? terms_as_sizes(d->context->imp, shape, &rank) : NULL;
    const value_type *x = draft_input_type(d, 0);
    if (!want || rank > IR_MAX_RANK || !type_is_sized(x)) return true;
    int64_t ints[IR_MAX_RANK];
    bool says_all = as_constant_shape(x, rank, want, ints);
    for (int i = 0; i < rank; i++)
        if (dim_is_number(want[i]) && want[i].size < 1 && (!says_all || (!want[i].size && draft_int(d, "allowzero", 0)))) return true;
    attr zeros_copied;
    draft_take(d, "allowzero", &zeros_copied);
    draft_set_input(d, 1, draft_ints(d, "shape", rank, ints));
    if (!says_all) draft_set_attr(d, (attr){.name = "size", .kind = ATTR_TYPE, .type = type_tensor_dims(arena_of(d), x->elem, rank, want)});
    return true;
}

/* Whole numbers that are counted in floats: their count is known of integers. */
bool range_open(draft *d, const conversion *row) {
    (void)row;
    static const char *const labels[] = {"start", "limit", "step"};
    const dtype elem = draft_input_type(d, 0)->elem;
    dim bounds[3];
    bool open = false;
    for (int i = 0; i < 3; i++) {
        if (!term_as_size(d->context->imp, draft_input(d, i), &bounds[i]) || dtype_of(elem)->kind != CLASS_FLOAT) return true;
        open = open || !dim_is_number(bounds[i]);
    }
    if (!open) return true;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "like");
    for (int i = 0; i < 3; i++) recipe_size(&r, labels[i], bounds[i]);
    recipe_run(&r, "y = CastLike(Range(start, limit, step), like)");
    return recipe_return(&r, "y");
}
