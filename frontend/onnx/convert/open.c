/* Operators whose inputs are computed from sizes that stay open (terms.c): those inputs go into attributes and types. */
#include "frontend/onnx/convert/convert.h"

static arena *arena_of(const draft *d) { return d->context->imp->arena; }

/* The shape that input 1 wants as 0 where a size is copied, and -1 for what is left. False: that does not say it all. */
static bool as_constant_shape(const value_type *x, int rank, const dim *want, int64_t *shape) {
    int rests = 0;
    for (int i = 0; i < rank; i++) {
        bool copied = i < x->rank && dim_equal(want[i], x->dims[i]) && !dim_is_number(want[i]);
        shape[i] = copied ? 0 : dim_is_number(want[i]) ? want[i].size
                                                       : -1;
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
        if (dim_is_number(want[i]) && want[i].size < 1 && (!says_all || draft_int(d, "allowzero", 0))) return true;
    draft_set_input(d, 1, draft_ints(d, "shape", rank, ints));
    if (!says_all) draft_set_attr(d, (attr){.name = "size", .kind = ATTR_TYPE, .type = type_tensor_dims(arena_of(d), x->elem, rank, want)});
    return true;
}
