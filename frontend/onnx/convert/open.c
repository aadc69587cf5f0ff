/* Operators whose inputs are computed from sizes that stay open (terms.c): those inputs go into attributes and types. */
#include "frontend/onnx/convert/convert.h"

static arena *arena_of(const draft *d) { return d->context->imp->arena; }

static bool is_whole_shape(const value_type *t) {
    bool known = t->kind == TYPE_TENSOR && t->rank >= 0;
    for (int k = 0; known && k < t->rank; k++) known = dim_is_number(t->dims[k]) || t->dims[k].expr->op != DIM_UNKNOWN;
    return known;
}

/* ---- Reshape ---- */

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
    if (!want || rank > IR_MAX_RANK || !is_whole_shape(x)) return true;
    int64_t ints[IR_MAX_RANK];
    bool says_all = as_constant_shape(x, rank, want, ints);
    for (int i = 0; i < rank; i++)
        if (dim_is_number(want[i]) && want[i].size < 1 && (!says_all || draft_int(d, "allowzero", 0))) return true;
    draft_set_input(d, 1, draft_ints(d, "shape", rank, ints));
    if (!says_all) draft_set_attr(d, (attr){.name = "size", .kind = ATTR_TYPE, .type = type_tensor_dims(arena_of(d), x->elem, rank, want)});
    return true;
}

/* ---- Slice ---- */

/* Where a slice begins or ends: from the end of the axis where it is negative, at its end where it is beyond any size. */
static dim place_in(const draft *d, dim size, dim at) {
    if (!dim_is_number(at)) return at;
    if (at.size >= INT32_MAX) return size;
    return at.size < 0 ? dim_add(arena_of(d), size, at) : at;
}

typedef struct cut {
    int64_t offset[IR_MAX_RANK];
    dim size[IR_MAX_RANK];
} cut;

/* False: it takes steps, or starts where an open size says. */
static bool cut_axis(const draft *d, cut *c, int axis, dim start, dim end, dim step) {
    const dim size = draft_input_type(d, 0)->dims[axis];
    start = place_in(d, size, start);
    if (!dim_is_number(step) || step.size != 1 || !dim_is_number(start)) return false;
    c->offset[axis] = start.size;
    c->size[axis] = dim_add(arena_of(d), place_in(d, size, end), dim_number(-start.size));
    return true;
}

/* Along axes of open size, or up to an open size, it becomes a crop. */
bool slice_open(draft *d, const conversion *row) {
    (void)row;
    const importer *imp = d->context->imp;
    const value_type *x = draft_input_type(d, 0);
    int n, n_ends, n_axes = 0, n_steps = 0;
    const dim *starts = terms_as_sizes(imp, draft_input(d, 1), &n), *ends = terms_as_sizes(imp, draft_input(d, 2), &n_ends);
    const dim *axes = terms_as_sizes(imp, draft_input(d, 3), &n_axes), *steps = terms_as_sizes(imp, draft_input(d, 4), &n_steps);
    if (!starts || !ends || n != n_ends || (draft_input(d, 3) && n_axes != n) || (draft_input(d, 4) && n_steps != n) || !is_whole_shape(x)) return true;
    cut c = {.offset = {0}};
    bool open = false;
    int at[IR_MAX_RANK];
    for (int i = 0; i < n; i++) {
        const dim axis = axes ? axes[i] : dim_number(i);
        if (!dim_is_number(axis) || axis.size < -x->rank || axis.size >= x->rank) return true; /* inference will say so */
        at[i] = (int)(axis.size < 0 ? axis.size + x->rank : axis.size);
        open = open || !dim_is_number(x->dims[at[i]]) || !dim_is_number(starts[i]) || !dim_is_number(ends[i]);
    }
    if (!open) return true;
    for (int k = 0; k < x->rank; k++) c.size[k] = x->dims[k];
    for (int i = 0; i < n; i++)
        if (!cut_axis(d, &c, at[i], starts[i], ends[i], steps ? steps[i] : dim_number(1))) return true;
    node *m = node_new(d->context->region, NULL, OP_crop, d->name, 1, d->inputs, 1);
    node_set_ints(m, "offset", x->rank, c.offset);
    node_set_type(m, "size", type_tensor_dims(arena_of(d), x->elem, x->rank, c.size));
    if (!infer_node(m, imp->diags)) return false;
    d->outputs = ARENA_ARRAY(arena_of(d), value *, 1);
    d->outputs[0] = m->outputs[0];
    return true;
}
