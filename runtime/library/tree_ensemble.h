/* Decision trees over rows x [rows][features]: the leaves that a row comes to add weights to its targets y [rows][targets].
 * nodes: TREE_FIELDS numbers each (tree_codes); leaves: where the entries of each begin and end. */
CNNC_INLINE int tree_goes_true(const int64_t *branch, double x, double split, const double *members) {
    int in = 0;
    if (isnan(x) && branch[TREE_MISSING]) return 1;
    switch (branch[TREE_MODE]) {
    case 0: return x <= split;
    case 1: return x < split;
    case 2: return x >= split;
    case 3: return x > split;
    case 4: return x <= split && x >= split;
    case 5: return !(x <= split && x >= split);
    default: break;
    }
    for (int64_t k = branch[TREE_MEMBERS]; k < branch[TREE_MEMBERS_END]; k++) in |= x <= members[k] && x >= members[k];
    return in;
}

CNNC_INLINE void tree_ensemble(double *y, const double *x, ptrdiff_t rows, ptrdiff_t features, const int64_t *roots, ptrdiff_t trees, const int64_t *nodes,
                               const double *splits, const double *members, const int64_t *leaves, const int64_t *targets, const double *weights,
                               ptrdiff_t n_targets, int how) {
    for (ptrdiff_t r = 0; r < rows; r++) {
        double *to = y + r * n_targets;
        for (ptrdiff_t t = 0; t < n_targets; t++) to[t] = how == 2 ? INFINITY : how == 3 ? -INFINITY : 0.0;
        for (ptrdiff_t tree = 0; tree < trees; tree++) {
            int64_t at = roots[2 * tree], is_leaf = roots[2 * tree + 1];
            while (!is_leaf) {
                const int64_t *branch = nodes + at * TREE_FIELDS;
                const int side = tree_goes_true(branch, x[r * features + branch[TREE_FEATURE]], splits[at], members) ? TREE_TRUE : TREE_FALSE;
                at = branch[side], is_leaf = branch[side + 1];
            }
            for (int64_t k = leaves[2 * at]; k < leaves[2 * at + 1]; k++) {
                double *sum = to + targets[k];
                *sum = how == 2 ? fmin(*sum, weights[k]) : how == 3 ? fmax(*sum, weights[k]) : *sum + weights[k];
            }
        }
        for (ptrdiff_t t = 0; t < n_targets; t++) {
            if (isinf(to[t])) to[t] = 0.0; /* no leaf had it as a target */
            if (how == 0) to[t] /= (double)trees;
        }
    }
}
