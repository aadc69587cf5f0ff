#include "ir/gradient/gradient.h"

/* The sum of dx_i along the axis: softmax y (dy - sum(dy y)), log_softmax dy - exp(y) sum(dy). */
void gradient_softmax(backward *b, const node *n, value *const *dy) {
    int64_t axis = node_int(n, "axis");
    value *y = n->outputs[0], *axes = back_ints(b, 1, &axis), *dx;
    if (n->op == OP_softmax) {
        value *sum = back2(b, OP_reduce_sum, back2(b, OP_mul, dy[0], y), axes);
        dx = back2(b, OP_mul, y, back2(b, OP_sub, dy[0], sum));
    } else {
        value *sum = back2(b, OP_reduce_sum, dy[0], axes);
        dx = back2(b, OP_sub, dy[0], back2(b, OP_mul, back1(b, OP_exp, y), sum));
    }
    gradient_add(b, n, 0, dx);
}

/* The axes reduced, as dimensions of size 1. */
static bool kept_shape(const node *n, value_type *t, arena *a) {
    const value *axes = node_input(n, 1), *x = n->inputs[0];
    int64_t dims[IR_MAX_RANK], count = axes ? type_count(&axes->type) : 0;
    if (axes && !axes->constant) return false;
    for (int i = 0; i < x->type.rank; i++) dims[i] = count || node_int(n, "noop_with_empty_axes") ? x->type.dims[i].size : 1;
    for (int64_t i = 0; i < count; i++) {
        int64_t axis = constant_int(axes->constant, i);
        dims[axis < 0 ? axis + x->type.rank : axis] = 1;
    }
    *t = type_tensor(a, x->type.elem, x->type.rank, dims);
    return true;
}

void gradient_reduce(backward *b, const node *n, value *const *dy) {
    value_type kept;
    const value_type *x = &n->inputs[0]->type;
    if (!kept_shape(n, &kept, b->graph->arena)) {
        gradient_refuse(b, n, "a gradient needs axes that are known");
        return;
    }
    int64_t from = type_count(x), to = type_count(&kept);
    double share = n->op == OP_reduce_mean && from ? (double)to / (double)from : 1;
    gradient_add(b, n, 0, back_expanded(b, back_shaped(b, back_scaled(b, dy[0], share), &kept), x));
}
