#include "ir/shape/shape.h"

static bool check_inner(const node *n, dim x, dim y, diagnostics *d) {
    if (!dim_is_number(x) || !dim_is_number(y) || x.size == y.size) return true;
    return node_error(d, n, NULL, "the inner sizes %lld and %lld of its matrices differ", (long long)x.size,
                      (long long)y.size);
}

bool shape_gemm(node *n, diagnostics *d) {
    if (!same_elements(n, d)) return false;
    const value_type *a = input_type(n, 0, 2, 2, d), *b = a ? input_type(n, 1, 2, 2, d) : NULL;
    if (!b) return false;
    bool trans_a = node_int(n, "transA"), trans_b = node_int(n, "transB");
    if (!check_inner(n, a->dims[!trans_a], b->dims[trans_b], d)) return false;
    value_type product = {.kind = TYPE_TENSOR, .rank = 2, .dims = (dim[]){a->dims[trans_a], b->dims[!trans_b]}};
    if (node_input(n, 2)) {
        const value_type *c = input_type(n, 2, 0, 2, d);
        if (!c) return false;
        for (int i = 0; i < c->rank; i++) {
            dim have = c->dims[i], want = product.dims[2 - c->rank + i];
            if (dim_is_number(have) && dim_is_number(want) && have.size != 1 && have.size != want.size)
                return node_error(d, n, NULL, "input 2 cannot be broadcast to the product");
        }
    }
    set_output(n, 0, a->elem, 2, product.dims);
    return true;
}

/* numpy's rules: vectors become matrices, leading axes broadcast. */
bool shape_matmul(node *n, diagnostics *d) {
    if (!same_elements(n, d)) return false;
    const value_type *a = input_type(n, 0, 1, IR_MAX_RANK, d), *b = a ? input_type(n, 1, 1, IR_MAX_RANK, d) : NULL;
    if (!b) return false;
    if (!check_inner(n, a->dims[a->rank - 1], b->dims[b->rank > 1 ? b->rank - 2 : 0], d)) return false;
    value_type batch_a = {.kind = TYPE_TENSOR, .rank = a->rank > 2 ? a->rank - 2 : 0, .dims = a->dims};
    value_type batch_b = {.kind = TYPE_TENSOR, .rank = b->rank > 2 ? b->rank - 2 : 0, .dims = b->dims};
    dim dims[IR_MAX_RANK + 2];
    int rank;
    if (!broadcast_dims(node_arena(n), 2, (const value_type *[]){&batch_a, &batch_b}, &rank, dims))
        return node_error(d, n, NULL, "the leading axes of its inputs cannot be broadcast together");
    if (a->rank > 1) dims[rank++] = a->dims[a->rank - 2];
    if (b->rank > 1) dims[rank++] = b->dims[b->rank - 1];
    set_output(n, 0, a->elem, rank, dims);
    return true;
}

bool shape_det(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, 2, IR_MAX_RANK, d);
    if (!x) return false;
    if (type_size(x, -1) != type_size(x, -2)) return node_error(d, n, NULL, "its matrices are not square");
    set_output(n, 0, x->elem, x->rank - 2, x->dims);
    return true;
}
