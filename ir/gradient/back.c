#include "ir/gradient/gradient.h"

#include <string.h>

node *back_node(backward *b, op_code op, int n_inputs, value *const *inputs, int n_outputs) {
    return node_new(b->graph->body, NULL, op, "gradient", n_inputs, inputs, n_outputs);
}

value *back_infer(backward *b, node *n) {
    if (!infer_node(n, b->graph->diags)) b->failed = true;
    return n->outputs[0];
}

value *back(backward *b, op_code op, int n_inputs, value *const *inputs) {
    return b->failed ? inputs[0] : back_infer(b, back_node(b, op, n_inputs, inputs, 1));
}

value *back_floats(backward *b, const value *like, int rank, const int64_t *dims, const double *data) {
    arena *a = b->graph->arena;
    value_type t = type_tensor(a, like->type.elem, rank, dims);
    tensor to = tensor_new(a, t);
    for (int64_t i = 0; i < type_count(&t); i++) dtype_store_float(t.elem, to.data, i, data[i]);
    return value_constant(b->graph, "constant", t, to.data, "cnnc: gradient");
}

value *back_scalar(backward *b, const value *like, double x) { return back_floats(b, like, 0, NULL, &x); }

value *back_ints(backward *b, int count, const int64_t *data) {
    arena *a = b->graph->arena;
    int64_t n = count;
    return value_constant(b->graph, "constant", type_tensor(a, DT_I64, 1, &n), arena_copy(a, data, sizeof *data * (size_t)count), "cnnc: gradient");
}

value *back_scaled(backward *b, value *x, double factor) {
    return factor == 1 ? x : back2(b, OP_mul, x, back_scalar(b, x, factor));
}

value *back_masked(backward *b, value *condition, value *x) {
    return back(b, OP_where, 3, (value *[]){condition, x, back_scalar(b, x, 0)});
}

static value *shape_constant(backward *b, const value_type *t) {
    int64_t dims[IR_MAX_RANK];
    for (int i = 0; i < t->rank; i++) dims[i] = t->dims[i].size;
    return back_ints(b, t->rank, dims);
}

static bool same_shape(const value_type *x, const value_type *y) {
    if (x->rank != y->rank) return false;
    for (int i = 0; i < x->rank; i++)
        if (!dim_equal(x->dims[i], y->dims[i])) return false;
    return true;
}

value *back_shaped(backward *b, value *x, const value_type *t) {
    if (b->failed || same_shape(&x->type, t)) return x;
    node *n = back_node(b, OP_reshape, 2, (value *[]){x, shape_constant(b, t)}, 1);
    node_set_int(n, "allowzero", 1);
    return back_infer(b, n);
}

value *back_expanded(backward *b, value *x, const value_type *t) {
    return b->failed || same_shape(&x->type, t) ? x : back2(b, OP_expand, x, shape_constant(b, t));
}

value *back_summed(backward *b, value *x, const value_type *t) {
    if (b->failed || same_shape(&x->type, t)) return x;
    int64_t axes[IR_MAX_RANK];
    int count = 0, missing = x->type.rank - t->rank;
    for (int i = 0; i < x->type.rank; i++)
        if (i < missing || (t->dims[i - missing].size == 1 && x->type.dims[i].size != 1)) axes[count++] = i;
    return back_shaped(b, count ? back2(b, OP_reduce_sum, x, back_ints(b, count, axes)) : x, t);
}

value *back_transposed(backward *b, value *x, const int64_t *perm) {
    if (b->failed) return x;
    node *n = back_node(b, OP_transpose, 1, &x, 1);
    node_set_ints(n, "perm", x->type.rank, perm);
    return back_infer(b, n);
}
