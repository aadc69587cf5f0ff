#include "ir/attention.h"
#include "ir/shape/shape.h"

const char *const attention_perms[] = {"q_perm", "k_perm", "v_perm", "y_perm"};

attention_rows attention_rows_of(const node *n, const value_type *t, int number) {
    attention_rows r = {.rank = t->rank};
    int64_t strides[IR_MAX_RANK], below = 1;
    int count;
    const int64_t *perm = node_ints(n, attention_perms[number], &count);
    for (int k = t->rank - 1; k >= 0; below *= type_size(t, k--)) strides[k] = below;
    for (int k = 0; k < t->rank; k++) {
        int from = perm ? (int)perm[k] : k;
        r.axis[k] = from;
        r.size[k] = type_size(t, from);
        r.stride[k] = strides[from];
    }
    return r;
}

attention_rows attention_result(const node *n) {
    attention_rows q = attention_rows_of(n, &n->inputs[0]->type, 0), v = attention_rows_of(n, &n->inputs[2]->type, 2);
    int64_t below = 1;
    int count, rank = q.rank;
    const int64_t *perm = node_ints(n, attention_perms[3], &count);
    q.size[rank - 1] = v.size[rank - 1];
    for (int k = rank - 1; k >= 0; k--) {
        int from = perm ? (int)perm[k] : k;
        q.axis[from] = k;
        q.stride[from] = below;
        below *= q.size[from];
    }
    return q;
}

/* A permutation that leaves the last axis where it is. */
static bool check_perm(const node *n, int number, int rank, diagnostics *d) {
    int count;
    const int64_t *perm = node_ints(n, attention_perms[number], &count);
    bool seen[IR_MAX_RANK] = {false};
    if (!perm) return true;
    if (count != rank) return node_error(d, n, NULL, "%s has %d entries for rank %d", attention_perms[number], count, rank);
    for (int k = 0; k < rank; k++) {
        if (perm[k] < 0 || perm[k] >= rank || seen[perm[k]]) return node_error(d, n, NULL, "%s is no permutation", attention_perms[number]);
        seen[perm[k]] = true;
    }
    return perm[rank - 1] == rank - 1 || node_error(d, n, NULL, "%s moves the last axis", attention_perms[number]);
}

/* Axis k of one of its tensors, transposed. */
static dim size_of(const node *n, const attention_rows *r, int number, int k) { return n->inputs[number]->type.dims[r[number].axis[k]]; }

static bool check_mask(const node *n, const attention_rows *r, diagnostics *d) {
    const int rank = r[0].rank;
    const value_type *t = input_type(n, 3, 0, rank, d);
    if (!t) return false;
    for (int i = 0; i < t->rank; i++) {
        int axis = rank - t->rank + i;
        dim want = axis == rank - 1 ? size_of(n, r, 1, axis - 1) : size_of(n, r, 0, axis);
        if (!dim_equal(t->dims[i], dim_number(1)) && !dim_equal(t->dims[i], want)) return node_error(d, n, NULL, "the mask cannot be broadcast to the scores");
    }
    return true;
}

bool shape_attention(node *n, diagnostics *d) {
    attention_rows r[3];
    if (!same_elements(n, d)) return false;
    int rank = n->inputs[0]->type.rank;
    for (int i = 0; i < 3; i++) {
        const value_type *t = input_type(n, i, 2, IR_MAX_RANK, d);
        if (!t) return false;
        if (t->rank != rank || !type_is_bounded(t)) return node_error(d, n, NULL, "its inputs are not of one rank and of known sizes");
        if (!check_perm(n, i, rank, d)) return false;
        r[i] = attention_rows_of(n, t, i);
    }
    bool fits = dim_equal(size_of(n, r, 0, rank - 1), size_of(n, r, 1, rank - 1)) && dim_equal(size_of(n, r, 1, rank - 2), size_of(n, r, 2, rank - 2));
    for (int k = 0; k < rank - 2; k++)
        fits = fits && dim_equal(size_of(n, r, 0, k), size_of(n, r, 1, k)) && dim_equal(size_of(n, r, 0, k), size_of(n, r, 2, k));
    if (!fits) return node_error(d, n, NULL, "the sizes of its inputs do not fit one another");
    if (!check_perm(n, 3, rank, d) || (node_input(n, 3) && !check_mask(n, r, d))) return false;
    attention_rows y = attention_result(n);
    dim dims[IR_MAX_RANK];
    for (int k = 0; k < rank; k++) dims[y.axis[k]] = k < rank - 1 ? size_of(n, r, 0, k) : size_of(n, r, 2, k);
    set_output(n, 0, n->inputs[0]->type.elem, rank, dims);
    return true;
}
