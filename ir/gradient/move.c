#include "ir/gradient/gradient.h"

void gradient_reshape(backward *b, const node *n, value *const *dy) {
    gradient_add(b, n, 0, back_shaped(b, dy[0], &n->inputs[0]->type));
}

void gradient_expand(backward *b, const node *n, value *const *dy) {
    gradient_add(b, n, 0, back_summed(b, dy[0], &n->inputs[0]->type));
}

void gradient_transpose(backward *b, const node *n, value *const *dy) {
    int count, rank = dy[0]->type.rank;
    const int64_t *perm = node_ints(n, "perm", &count);
    int64_t inverse[IR_MAX_RANK];
    for (int i = 0; i < rank; i++) inverse[perm ? perm[i] : rank - 1 - i] = i;
    gradient_add(b, n, 0, back_transposed(b, dy[0], inverse));
}

static int axis_of(const node *n, int rank) {
    int64_t axis = node_int(n, "axis");
    return (int)(axis < 0 ? axis + rank : axis);
}

void gradient_concat(backward *b, const node *n, value *const *dy) {
    int64_t axis = axis_of(n, dy[0]->type.rank), start = 0;
    for (int i = 0; i < n->n_inputs; i++) {
        int64_t end = start + type_size(&n->inputs[i]->type, (int)axis);
        value *part[4] = {dy[0], back_ints(b, 1, &start), back_ints(b, 1, &end), back_ints(b, 1, &axis)};
        if (gradient_wanted(b, n, i)) gradient_add(b, n, i, back(b, OP_slice, 4, part));
        start = end;
    }
}

/* Parts that nobody differentiates are zeros. */
void gradient_split(backward *b, const node *n, value *const *dy) {
    const value *x = n->inputs[0];
    value **parts = ARENA_ARRAY(b->graph->arena, value *, n->n_outputs);
    for (int i = 0; i < n->n_outputs; i++) {
        if (!n->outputs[i]) {
            gradient_refuse(b, n, "there is no rule for a split with results left out");
            return;
        }
        parts[i] = dy[i] ? dy[i] : back_expanded(b, back_scalar(b, x, 0), &n->outputs[i]->type);
    }
    if (b->failed) return;
    node *whole = back_node(b, OP_concat, n->n_outputs, parts, 1);
    node_set_int(whole, "axis", axis_of(n, x->type.rank));
    gradient_add(b, n, 0, back_infer(b, whole));
}

static bool all_constant(const node *n, int first) {
    for (int i = first; i < n->n_inputs; i++)
        if (n->inputs[i] && !n->inputs[i]->constant) return false;
    return true;
}

/* Zeros around dy, as many as were cut off; what was cropped by negative padding comes back likewise. */
static value *padded(backward *b, value *dy, const int64_t *begin, const int64_t *end) {
    int64_t pads[2 * IR_MAX_RANK];
    int rank = dy->type.rank;
    for (int i = 0; i < rank; i++) pads[i] = begin[i], pads[rank + i] = end[i];
    return back2(b, OP_pad, dy, back_ints(b, 2 * rank, pads));
}

void gradient_slice(backward *b, const node *n, value *const *dy) {
    const value_type *x = &n->inputs[0]->type;
    int64_t begin[IR_MAX_RANK] = {0}, end[IR_MAX_RANK] = {0};
    bool known = all_constant(n, 1), unit = true;
    const value *axes = node_input(n, 3), *steps = node_input(n, 4);
    for (int64_t i = 0; known && i < type_count(&n->inputs[1]->type); i++) {
        int64_t axis = axes ? constant_int(axes->constant, i) : i, start = constant_int(n->inputs[1]->constant, i);
        axis += axis < 0 ? x->rank : 0;
        int64_t size = x->dims[axis].size;
        start += start < 0 ? size : 0;
        begin[axis] = start < 0 ? 0 : start > size ? size : start;
        end[axis] = size - begin[axis] - dy[0]->type.dims[axis].size;
        unit &= !steps || constant_int(steps->constant, i) == 1;
    }
    if (!known || !unit) gradient_refuse(b, n, "there is only a rule for slices of known place and step 1");
    else gradient_add(b, n, 0, padded(b, dy[0], begin, end));
}

void gradient_pad(backward *b, const node *n, value *const *dy) {
    int64_t begin[IR_MAX_RANK] = {0}, end[IR_MAX_RANK] = {0};
    const value *axes = node_input(n, 3), *pads = n->inputs[1];
    bool known = pads->constant && (!axes || axes->constant);
    if (!known || *node_string(n, "mode") != 'c' || gradient_wanted(b, n, 2)) {
        gradient_refuse(b, n, "there is only a rule for known padding with constants");
        return;
    }
    int64_t count = type_count(&pads->type) / 2;
    for (int64_t i = 0; i < count; i++) {
        int64_t axis = axes ? constant_int(axes->constant, i) : i;
        axis += axis < 0 ? dy[0]->type.rank : 0;
        begin[axis] = -constant_int(pads->constant, i);
        end[axis] = -constant_int(pads->constant, count + i);
    }
    gradient_add(b, n, 0, padded(b, dy[0], begin, end));
}
