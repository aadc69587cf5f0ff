#include "ir/gradient/gradient.h"

static value *product(backward *b, value *x, bool trans_x, value *y, bool trans_y, double alpha) {
    if (b->failed) return x;
    node *n = back_node(b, OP_gemm, 2, (value *[]){x, y}, 1);
    node_set_int(n, "transA", trans_x);
    node_set_int(n, "transB", trans_y);
    node_set_float(n, "alpha", alpha);
    return back_infer(b, n);
}

/* y = alpha A B + beta C: dA = alpha dy B', dB = alpha A' dy, where A and B may come transposed. */
void gradient_gemm(backward *b, const node *n, value *const *dy) {
    bool ta = node_int(n, "transA"), tb = node_int(n, "transB");
    double alpha = node_float(n, "alpha");
    value *x = n->inputs[0], *w = n->inputs[1];
    if (gradient_wanted(b, n, 0)) gradient_add(b, n, 0, ta ? product(b, w, tb, dy[0], true, alpha) : product(b, dy[0], false, w, !tb, alpha));
    if (gradient_wanted(b, n, 1)) gradient_add(b, n, 1, tb ? product(b, dy[0], true, x, ta, alpha) : product(b, x, !ta, dy[0], false, alpha));
    if (gradient_wanted(b, n, 2)) gradient_add(b, n, 2, back_scaled(b, back_summed(b, dy[0], &n->inputs[2]->type), node_float(n, "beta")));
}

/* Its last two axes changed over. */
static value *swapped(backward *b, value *x) {
    int64_t perm[IR_MAX_RANK];
    int rank = x->type.rank;
    for (int i = 0; i < rank; i++) perm[i] = i < rank - 2 ? i : 2 * rank - 3 - i;
    return back_transposed(b, x, perm);
}

void gradient_matmul(backward *b, const node *n, value *const *dy) {
    value *x = n->inputs[0], *w = n->inputs[1];
    if (x->type.rank < 2 || w->type.rank < 2) {
        gradient_refuse(b, n, "there is no rule for the gradient of a product with a vector");
        return;
    }
    if (gradient_wanted(b, n, 0)) gradient_add(b, n, 0, back_summed(b, back2(b, OP_matmul, dy[0], swapped(b, w)), &x->type));
    if (gradient_wanted(b, n, 1)) gradient_add(b, n, 1, back_summed(b, back2(b, OP_matmul, swapped(b, x), dy[0]), &w->type));
}
