#include "frontend/onnx/convert/ml/ml.h"

#include <math.h>

#include "runtime/library/tree_codes.h"

/* TreeEnsemble, of version 5. */

static value *vector(draft *d, dtype elem, int64_t n, const void *data) {
    return value_constant(d->context->imp->graph, d->name, type_tensor(d->context->imp->arena, elem, 1, &n), data, d->name);
}

void forest_run(recipe *r, const forest *f, int64_t n_targets, int64_t aggregate) {
    draft *d = r->draft;
    recipe_value(r, "roots", vector(d, DT_I64, 2 * f->n_trees, f->roots));
    recipe_value(r, "nodes", vector(d, DT_I64, TREE_FIELDS * f->n_nodes, f->nodes));
    recipe_value(r, "splits", vector(d, DT_F64, f->n_nodes, f->splits));
    recipe_value(r, "members", vector(d, DT_F64, f->n_members, f->members));
    recipe_value(r, "leaves", vector(d, DT_I64, 2 * f->n_leaves, f->leaves));
    recipe_value(r, "targets", vector(d, DT_I64, f->n_entries, f->targets));
    recipe_value(r, "weights", vector(d, DT_F64, f->n_entries, f->weights));
    recipe_int(r, "n_targets", n_targets);
    recipe_int(r, "aggregate", aggregate);
    recipe_run(r, "y = tree_ensemble(Cast(x; to=11), roots, nodes, splits, members, leaves, targets, weights; n_targets=$n_targets, aggregate=$aggregate)");
}

/* ---- TreeEnsemble: nodes and leaves in lists of their own ---- */

static const attr *ints_of(draft *d, const char *name, int64_t n) {
    const attr *a = draft_attr(d, name);
    return a && a->kind == ATTR_INTS && (n < 0 || a->n == n) ? a : NULL;
}

static const constant *numbers_of(draft *d, const char *name, int64_t n) {
    const attr *a = draft_attr(d, name);
    return a && a->kind == ATTR_TENSOR && (n < 0 || type_count(&a->tensor->type) == n) ? a->tensor : NULL;
}

static bool in_range(int64_t x, int64_t n) { return x >= 0 && x < n; }

bool forest_is_sound(const forest *f, arena *mem) {
    int64_t *stack = ARENA_ARRAY(mem, int64_t, 2 * f->n_nodes + f->n_trees + 1);
    bool *seen = ARENA_ARRAY(mem, bool, f->n_nodes);
    for (int64_t t = 0; t < f->n_trees; t++) {
        int64_t depth = 0;
        if (!f->roots[2 * t + 1]) stack[depth++] = f->roots[2 * t];
        while (depth) {
            const int64_t at = stack[--depth], *branch = f->nodes + TREE_FIELDS * at;
            if (seen[at]) return false;
            seen[at] = true;
            for (int side = TREE_TRUE; side <= TREE_FALSE; side += 2)
                if (!branch[side + 1]) stack[depth++] = branch[side];
        }
    }
    return true;
}

static bool read_members(draft *d, forest *f) {
    const constant *values = numbers_of(d, "membership_values", -1);
    int64_t n = values ? type_count(&values->type) : 0, at = 0;
    f->members = ARENA_ARRAY(d->context->imp->arena, double, n);
    for (int64_t k = 0; k < n; k++) f->members[k] = constant_float(values, k);
    f->n_members = n;
    for (int64_t i = 0; i < f->n_nodes; i++) {
        int64_t *branch = f->nodes + TREE_FIELDS * i;
        if (branch[TREE_MODE] != 6) continue;
        branch[TREE_MEMBERS] = at;
        while (at < n && !isnan(f->members[at])) at++;
        branch[TREE_MEMBERS_END] = at++;
        if (at > n + 1) return draft_error(d, NULL, "has fewer sets of members than nodes that ask for one");
    }
    return true;
}

static bool read_forest(draft *d, forest *f, int64_t features, int64_t n_targets) {
    arena *mem = d->context->imp->arena;
    const attr *feature = ints_of(d, "nodes_featureids", -1), *roots = ints_of(d, "tree_roots", -1), *targets = ints_of(d, "leaf_targetids", -1);
    int64_t n = feature ? feature->n : 0, leaves = targets ? targets->n : 0;
    const attr *to[] = {ints_of(d, "nodes_truenodeids", n), ints_of(d, "nodes_falsenodeids", n)};
    const attr *leaf[] = {ints_of(d, "nodes_trueleafs", n), ints_of(d, "nodes_falseleafs", n)}, *missing = ints_of(d, "nodes_missing_value_tracks_true", n);
    const constant *modes = numbers_of(d, "nodes_modes", n), *splits = numbers_of(d, "nodes_splits", n), *weights = numbers_of(d, "leaf_weights", leaves);
    if (!n || !leaves || !roots || !to[0] || !to[1] || !leaf[0] || !leaf[1] || !modes || !splits || !weights)
        return draft_error(d, NULL, "lacks some of its lists, or they differ in length");
    *f = (forest){.n_nodes = n, .n_trees = roots->n, .n_leaves = leaves, .n_entries = leaves, .roots = ARENA_ARRAY(mem, int64_t, 2 * roots->n),
                  .nodes = ARENA_ARRAY(mem, int64_t, TREE_FIELDS * n), .leaves = ARENA_ARRAY(mem, int64_t, 2 * leaves),
                  .targets = ARENA_ARRAY(mem, int64_t, leaves), .splits = ARENA_ARRAY(mem, double, n), .weights = ARENA_ARRAY(mem, double, leaves)};
    bool fits = true;
    for (int64_t i = 0; i < leaves; i++) {
        f->leaves[2 * i] = i, f->leaves[2 * i + 1] = i + 1;
        f->targets[i] = targets->ints[i], f->weights[i] = constant_float(weights, i);
        fits = fits && in_range(targets->ints[i], n_targets);
    }
    for (int64_t i = 0; i < n; i++) {
        int64_t *branch = f->nodes + TREE_FIELDS * i;
        branch[TREE_FEATURE] = feature->ints[i], branch[TREE_MODE] = constant_int(modes, i), branch[TREE_MISSING] = missing && missing->ints[i];
        f->splits[i] = constant_float(splits, i);
        for (int side = 0; side < 2; side++) {
            branch[TREE_TRUE + 2 * side] = to[side]->ints[i], branch[TREE_TRUE_IS_LEAF + 2 * side] = leaf[side]->ints[i] != 0;
            fits = fits && in_range(to[side]->ints[i], leaf[side]->ints[i] ? leaves : n);
        }
        fits = fits && in_range(feature->ints[i], features) && in_range(branch[TREE_MODE], 7);
    }
    for (int i = 0; i < roots->n; i++) {
        f->roots[2 * i] = roots->ints[i];
        fits = fits && in_range(roots->ints[i], n);
    }
    if (!fits || !forest_is_sound(f, mem)) return draft_error(d, NULL, "has numbers of nodes, leaves, features or targets that there are not, or nodes in a circle");
    return read_members(d, f);
}

bool expand_tree_ensemble(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_static(d, 0);
    int64_t n_targets = draft_int(d, "n_targets", 1), aggregate = draft_int(d, "aggregate_function", 1);
    int64_t transform = draft_int(d, "post_transform", ML_NONE);
    forest f = {.n_nodes = 0};
    if (!x) return false;
    if (x->rank != 2 || n_targets < 1 || n_targets > INT32_MAX || aggregate < 0 || aggregate > 3 || transform < 0 || transform >= ML_TRANSFORMS)
        return draft_error(d, NULL, "its input is no matrix, or its attributes are out of range");
    if (!read_forest(d, &f, type_size(x, 1), n_targets)) return false;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    forest_run(&r, &f, n_targets, aggregate);
    ml_transform(&r, (int)transform);
    recipe_run(&r, "y = CastLike(y, x)");
    return recipe_return(&r, "y");
}
