#include "frontend/onnx/convert/convert.h"

/* Until version 13 softmax ran over everything from `axis` on: the input flattened to a matrix there. */

static bool static_flatten(draft *d, const value_type *x, int64_t axis) {
    int64_t dims[IR_MAX_RANK], matrix[2] = {1, 1};
    for (int i = 0; i < x->rank; i++) {
        dims[i] = x->dims[i].size;
        if (__builtin_mul_overflow(matrix[i >= axis], dims[i], &matrix[i >= axis])) return draft_error(d, NULL, "its input is too large");
    }
    attr zeros[] = {{.name = "allowzero", .kind = ATTR_INT, .i = 1}};
    attr last[] = {{.name = "axis", .kind = ATTR_INT, .i = -1}};
    value *in[] = {draft_input(d, 0), draft_ints(d, "matrix", 2, matrix)};
    value *flat[] = {draft_emit(d, "Reshape", "flat", 2, in, 1, zeros)};
    value *back[] = {flat[0] ? draft_emit(d, d->op_type, "rows", 1, flat, 1, last) : NULL, draft_ints(d, "shape", x->rank, dims)};
    d->outputs[0] = back[0] ? draft_emit(d, "Reshape", "result", 2, back, 1, zeros) : NULL;
    return d->outputs[0] != NULL;
}

static bool dynamic_flatten(draft *d, int64_t axis) {
    attr at[] = {{.name = "axis", .kind = ATTR_INT, .i = axis}}, last[] = {{.name = "axis", .kind = ATTR_INT, .i = -1}};
    value *in[] = {draft_input(d, 0)};
    value *flat[] = {draft_emit(d, "Flatten", "flat", 1, in, 1, at)};
    value *back[] = {flat[0] ? draft_emit(d, d->op_type, "rows", 1, flat, 1, last) : NULL, NULL};
    back[1] = back[0] ? draft_emit(d, "Shape", "shape", 1, in, 0, NULL) : NULL;
    d->outputs[0] = back[1] ? draft_emit(d, "Reshape", "result", 2, back, 0, NULL) : NULL;
    return d->outputs[0] != NULL;
}

bool softmax_of_flattened(draft *d, const conversion *row) {
    (void)row;
    const attr *a = draft_attr(d, "axis");
    const value_type *x = draft_input_type(d, 0);
    bool ranked = x->kind == TYPE_TENSOR && x->rank >= 0;
    int64_t axis = a ? a->i : 1;
    if (ranked && axis < 0) axis += x->rank;
    if (ranked && (axis < 0 || axis > x->rank)) return draft_error(d, NULL, "axis %lld is outside of its input", (long long)axis);
    if (axis == -1 || (ranked && axis == x->rank - 1)) {
        draft_set_attr(d, (attr){.name = "axis", .kind = ATTR_INT, .i = -1});
        return true;
    }
    if (!draft_input(d, 0) || d->n_outputs != 1) return draft_error(d, NULL, "needs one input and one output");
    d->outputs = ARENA_ARRAY(d->context->imp->arena, value *, 1);
    return type_is_static(x) ? static_flatten(d, x, axis) : dynamic_flatten(d, axis);
}
