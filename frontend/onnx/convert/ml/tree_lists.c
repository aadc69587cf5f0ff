#include "frontend/onnx/convert/ml/ml.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/library/tree_codes.h"

/* TreeEnsembleRegressor and TreeEnsembleClassifier: branches and leaves in one list, named by tree and number. */

typedef struct place {
    int64_t tree, node, index;
} place;

typedef struct lists {
    draft *d;
    int64_t n, n_entries;
    const attr *trees, *ids, *features, *modes, *to[2], *missing, *entry_trees, *entry_nodes, *entry_targets;
    const value *splits, *weights;
    place *places;  /* sorted by tree and node; index: in the list */
    int64_t *index; /* of each node among the branches, or among the leaves */
} lists;

static int by_place(const void *a, const void *b) {
    const place *p = a, *q = b;
    return p->tree != q->tree ? (p->tree > q->tree) - (p->tree < q->tree) : (p->node > q->node) - (p->node < q->node);
}

/* Where in the list; -1: nowhere. */
static int64_t find_node(const lists *l, int64_t tree, int64_t number) {
    const place key = {tree, number, 0}, *p = bsearch(&key, l->places, (size_t)l->n, sizeof key, by_place);
    return p ? p->index : -1;
}

static const attr *list_of(draft *d, const char *name, attr_kind kind, int64_t n) {
    const attr *a = draft_attr(d, name);
    return a && a->kind == kind && (n < 0 || a->n == n) ? a : NULL;
}

/* NAME, or NAME_as_tensor. */
static const value *numbers_of(draft *d, const char *name, int64_t n) {
    const value *v = ml_vector(d, arena_printf(d->context->imp->arena, "%s_as_tensor", name));
    if (!v) v = ml_vector(d, name);
    bool numbers = v && dtype_of(v->type.elem)->kind != CLASS_STRING;
    return numbers && (n < 0 || type_count(&v->type) == n) ? v : NULL;
}

/* `prefix`: of the lists that tell what leaves add. */
static bool read_lists(lists *l, draft *d, const char *prefix) {
    arena *mem = d->context->imp->arena;
    l->d = d;
    l->trees = list_of(d, "nodes_treeids", ATTR_INTS, -1);
    l->n = l->trees ? l->trees->n : 0;
    l->ids = list_of(d, "nodes_nodeids", ATTR_INTS, l->n), l->features = list_of(d, "nodes_featureids", ATTR_INTS, l->n);
    l->modes = list_of(d, "nodes_modes", ATTR_STRINGS, l->n), l->splits = numbers_of(d, "nodes_values", l->n);
    l->to[0] = list_of(d, "nodes_truenodeids", ATTR_INTS, l->n), l->to[1] = list_of(d, "nodes_falsenodeids", ATTR_INTS, l->n);
    l->missing = list_of(d, "nodes_missing_value_tracks_true", ATTR_INTS, l->n);
    l->entry_trees = list_of(d, arena_printf(mem, "%s_treeids", prefix), ATTR_INTS, -1);
    l->n_entries = l->entry_trees ? l->entry_trees->n : 0;
    l->entry_nodes = list_of(d, arena_printf(mem, "%s_nodeids", prefix), ATTR_INTS, l->n_entries);
    l->entry_targets = list_of(d, arena_printf(mem, "%s_ids", prefix), ATTR_INTS, l->n_entries);
    l->weights = numbers_of(d, arena_printf(mem, "%s_weights", prefix), l->n_entries);
    if (!l->n || !l->n_entries || !l->ids || !l->features || !l->modes || !l->splits || !l->to[0] || !l->to[1] || !l->entry_nodes || !l->entry_targets || !l->weights)
        return draft_error(d, NULL, "lacks some of its lists, or they differ in length");
    l->places = ARENA_ARRAY(mem, place, l->n);
    l->index = ARENA_ARRAY(mem, int64_t, l->n);
    for (int64_t i = 0; i < l->n; i++) l->places[i] = (place){l->trees->ints[i], l->ids->ints[i], i};
    qsort(l->places, (size_t)l->n, sizeof *l->places, by_place);
    for (int64_t i = 1; i < l->n; i++)
        if (!by_place(&l->places[i - 1], &l->places[i])) return draft_error(d, NULL, "has two nodes of one number in a tree");
    return true;
}

/* As the codes of TreeEnsemble; -1: a leaf, -2: unknown. */
static int mode_of(const lists *l, int64_t i) {
    static const char *const words[] = {"BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"};
    const char *s = l->modes->strings[i].bytes;
    for (int k = 0; k < 6; k++)
        if (!strcmp(s, words[k])) return k;
    return strcmp(s, "LEAF") ? -2 : -1;
}

static bool fill_branch(const lists *l, forest *f, int64_t i, int64_t features) {
    int64_t *branch = f->nodes + TREE_FIELDS * l->index[i];
    branch[TREE_FEATURE] = l->features->ints[i], branch[TREE_MODE] = mode_of(l, i), branch[TREE_MISSING] = l->missing && l->missing->ints[i];
    f->splits[l->index[i]] = constant_float(l->splits->constant, i);
    for (int side = 0; side < 2; side++) {
        int64_t to = find_node(l, l->trees->ints[i], l->to[side]->ints[i]);
        if (to < 0) return false;
        branch[TREE_TRUE + 2 * side] = l->index[to], branch[TREE_TRUE_IS_LEAF + 2 * side] = mode_of(l, to) == -1;
    }
    return branch[TREE_FEATURE] >= 0 && branch[TREE_FEATURE] < features;
}

/* What each leaf adds, in the order of the list; what is said of other nodes counts for nothing. */
static bool fill_leaves(const lists *l, forest *f, int64_t n_targets) {
    int64_t *leaf = ARENA_ARRAY(l->d->context->imp->arena, int64_t, l->n_entries);
    for (int64_t k = 0; k < l->n_entries; k++) {
        int64_t at = find_node(l, l->entry_trees->ints[k], l->entry_nodes->ints[k]), target = l->entry_targets->ints[k];
        leaf[k] = at >= 0 && mode_of(l, at) == -1 ? l->index[at] : -1;
        if (leaf[k] >= 0 && (target < 0 || target >= n_targets)) return false;
        if (leaf[k] >= 0) f->leaves[2 * leaf[k] + 1]++;
    }
    int64_t at = 0;
    for (int64_t i = 0; i < f->n_leaves; i++) {
        int64_t count = f->leaves[2 * i + 1];
        f->leaves[2 * i] = f->leaves[2 * i + 1] = at; /* the end moves as entries come in */
        at += count;
    }
    for (int64_t k = 0; k < l->n_entries; k++) {
        if (leaf[k] < 0) continue;
        int64_t to = f->leaves[2 * leaf[k] + 1]++;
        f->targets[to] = l->entry_targets->ints[k], f->weights[to] = constant_float(l->weights->constant, k);
    }
    return true;
}

static bool make_forest(lists *l, forest *f, int64_t features, int64_t n_targets) {
    arena *mem = l->d->context->imp->arena;
    *f = (forest){.n_entries = l->n_entries, .targets = ARENA_ARRAY(mem, int64_t, l->n_entries), .weights = ARENA_ARRAY(mem, double, l->n_entries),
                  .roots = ARENA_ARRAY(mem, int64_t, 2 * l->n), .members = ARENA_ARRAY(mem, double, 1)};
    bool fits = true;
    for (int64_t i = 0; i < l->n; i++) {
        bool is_leaf = mode_of(l, i) == -1;
        l->index[i] = is_leaf ? f->n_leaves++ : f->n_nodes++;
        fits = fits && mode_of(l, i) != -2;
        if (i && l->trees->ints[i] == l->trees->ints[i - 1]) continue; /* the first of a tree is its root */
        f->roots[2 * f->n_trees] = l->index[i], f->roots[2 * f->n_trees++ + 1] = is_leaf;
    }
    f->nodes = ARENA_ARRAY(mem, int64_t, TREE_FIELDS * f->n_nodes), f->splits = ARENA_ARRAY(mem, double, f->n_nodes);
    f->leaves = ARENA_ARRAY(mem, int64_t, 2 * f->n_leaves);
    for (int64_t i = 0; fits && i < l->n; i++) fits = mode_of(l, i) == -1 || fill_branch(l, f, i, features);
    if (!fits || !fill_leaves(l, f, n_targets) || !forest_is_sound(f, mem))
        return draft_error(l->d, NULL, "has numbers of nodes, features or targets that there are not, modes that are not known, or nodes in a circle");
    return true;
}

/* "y" plus one base value for each target; one alone of two classes (which gradient boosters write) is for the first. */
static bool add_base(recipe *r, int64_t n_targets, bool classes) {
    const value *base = numbers_of(r->draft, "base_values", -1);
    int64_t count = base ? type_count(&base->type) : 0;
    const bool first = classes && n_targets == 2 && count == 1;
    if (!count) return true;
    if (count != n_targets && !first) return draft_error(r->draft, NULL, "has %lld base values", (long long)count);
    recipe_value(r, "base", (value *)base);
    recipe_run(r, first ? "y = Add(y, Concat(CastLike(base, y), Expand(0.0:y, [1]); axis=0))" : "y = Add(y, CastLike(base, y))");
    return true;
}

/* "x" and "y" of the forest's rows. */
static bool run_lists(recipe *r, lists *l, const char *prefix, int64_t n_targets, int64_t aggregate) {
    const value_type *x = draft_static(r->draft, 0);
    forest f;
    if (!x) return false;
    if (x->rank < 1 || x->rank > 2) return draft_error(r->draft, NULL, "its input is no matrix");
    if (!read_lists(l, r->draft, prefix) || !make_forest(l, &f, type_size(x, -1), n_targets)) return false;
    recipe_inputs(r, "x");
    if (x->rank == 1) recipe_run(r, "x = Unsqueeze(x, [0])");
    forest_run(r, &f, n_targets, aggregate);
    return true;
}

bool expand_tree_regressor(draft *d, const conversion *row) {
    (void)row;
    static const char *const words[] = {"AVERAGE", "SUM", "MIN", "MAX"};
    const char *given = draft_string(d, "aggregate_function", "SUM");
    int64_t n_targets = draft_int(d, "n_targets", 1), how = 0;
    while (how < 4 && strcmp(given, words[how]) != 0) how++;
    if (how == 4 || n_targets < 1 || n_targets > INT32_MAX) return draft_error(d, NULL, "its attributes are out of range");
    recipe r = recipe_new(d);
    lists l = {.n = 0};
    int transform = ml_transform_of(d);
    if (transform < 0 || !run_lists(&r, &l, "target", n_targets, how) || !add_base(&r, n_targets, false)) return false;
    recipe_run(&r, "y = Cast(y; to=1)");
    ml_transform(&r, transform);
    return recipe_return(&r, "y");
}

/* ---- classifiers ---- */

/* The one class that weights are for; -1: they are for several. */
static int64_t only_class(const lists *l) {
    for (int64_t i = 1; i < l->n_entries; i++)
        if (l->entry_targets->ints[i] != l->entry_targets->ints[0]) return -1;
    return l->entry_targets->ints[0];
}

static bool all_positive(const lists *l) {
    for (int64_t i = 0; i < l->n_entries; i++)
        if (constant_float(l->weights->constant, i) < 0) return false;
    return true;
}

/* "best" and "y" of two classes, the weights of which are all for one: it wins above 0.5 where they are like probabilities,
 * else above 0. */
static void decide_between_two(recipe *r, const lists *l, int transform) {
    bool positive = all_positive(l);
    recipe_int(r, "one", only_class(l));
    recipe_float(r, "limit", positive ? 0.5 : 0);
    recipe_run(r, "s = Gather(y, [$one]; axis=1)\nbest = Cast(Greater(Squeeze(s, [1]), $limit:s); to=7)");
    if (only_class(l) == 1) {
        ml_transform(r, transform);
        return;
    }
    recipe_run(r, "y = Identity(s)");
    ml_two_scores(r, !positive, transform);
}

bool expand_tree_classifier(draft *d, const conversion *row) {
    (void)row;
    value *labels = ml_class_labels(d);
    int64_t classes = labels ? type_count(&labels->type) : 0;
    if (!classes) return draft_error(d, NULL, "lacks the names of its classes");
    recipe r = recipe_new(d);
    lists l = {.n = 0};
    int transform = ml_transform_of(d);
    if (transform < 0 || !run_lists(&r, &l, "class", classes, 1) || !add_base(&r, classes, true)) return false;
    recipe_value(&r, "labels", labels);
    recipe_run(&r, "y = Cast(y; to=1)");
    if (classes == 2 && only_class(&l) >= 0) {
        decide_between_two(&r, &l, transform);
    } else {
        if (classes == 2) recipe_run(&r, "best = Cast(Greater(Gather(y, 1; axis=1), 0.0:y); to=7)");
        else recipe_run(&r, "best = ArgMax(y; axis=1, keepdims=0)");
        ml_transform(&r, transform);
    }
    recipe_run(&r, "label = Gather(labels, best)");
    return recipe_return(&r, "label y");
}
