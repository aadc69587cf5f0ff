#include "frontend/onnx/convert/ml/ml.h"

#include <string.h>

/* SVMRegressor and SVMClassifier. */

/* ---- kernels ---- */

typedef struct kernel_text {
    const char *name, *text;
} kernel_text;

/* From "x" [rows][features] and "sv" [vectors][features] to "k" [rows][vectors]. */
static const kernel_text kernels[] = {
    {"LINEAR", "k = MatMul(x, Transpose(sv; perm=[1,0]))"},
    {"POLY", "k = Pow(Add(Mul(MatMul(x, Transpose(sv; perm=[1,0])), $gamma:x), $coef0:x), $degree:x)"},
    {"SIGMOID", "k = Tanh(Add(Mul(MatMul(x, Transpose(sv; perm=[1,0])), $gamma:x), $coef0:x))"},
    {"RBF", "k = Exp(Mul(ReduceSumSquare(Sub(Unsqueeze(x, [1]), sv), [2]; keepdims=0), $minus_gamma:x))"},
};

/* "k" of that many support vectors. */
static bool run_kernel(recipe *r, int64_t vectors, int64_t features) {
    draft *d = r->draft;
    const attr *params = draft_attr(d, "kernel_params");
    const char *name = draft_string(d, "kernel_type", "LINEAR");
    bool given = params && params->kind == ATTR_FLOATS && params->n >= 3;
    value *sv = ml_vector(d, "support_vectors");
    if (!sv || type_count(&sv->type) != vectors * features) return draft_error(d, NULL, "its support vectors do not fit its input");
    recipe_value(r, "sv", sv);
    recipe_float(r, "gamma", given ? params->floats[0] : 0);
    recipe_float(r, "minus_gamma", given ? -params->floats[0] : 0);
    recipe_float(r, "coef0", given ? params->floats[1] : 0);
    recipe_float(r, "degree", given ? params->floats[2] : 0);
    recipe_int(r, "features", features);
    recipe_run(r, "sv = Reshape(sv, [-1,$features])");
    for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++)
        if (!strcmp(name, kernels[i].name)) return recipe_run(r, kernels[i].text), true;
    return draft_error(d, NULL, "kernel '%.40s' is not known", name);
}

/* A matrix of numbers that are known now. */
static void bind_matrix(recipe *r, const char *name, int64_t rows, int64_t columns, const float *data) {
    const int64_t dims[] = {rows, columns};
    draft *d = r->draft;
    recipe_value(r, name, value_constant(d->context->imp->graph, d->name, type_tensor(d->context->imp->arena, DT_F32, 2, dims), data, d->name));
}

/* A list of floats of at least that many; NULL after an error. */
static const attr *floats_of(draft *d, const char *name, int64_t least) {
    const attr *a = draft_attr(d, name);
    if (a && a->kind == ATTR_FLOATS && a->n >= least) return a;
    draft_error(d, NULL, "has fewer than %lld of %s", (long long)least, name);
    return NULL;
}

bool expand_svm_regressor(draft *d, const conversion *row) {
    (void)row;
    int64_t features, vectors = draft_int(d, "n_supports", 0);
    int transform = ml_transform_of(d);
    const attr *rho = floats_of(d, "rho", 1);
    value *w = ml_vector(d, "coefficients");
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    if (transform < 0 || !rho || !ml_rows(&r, &features)) return false;
    if (!w || vectors < 0 || vectors > INT32_MAX || type_count(&w->type) != (vectors ? vectors : features)) return draft_error(d, NULL, "its coefficients do not fit");
    if (vectors && !run_kernel(&r, vectors, features)) return false;
    if (!vectors) recipe_run(&r, "k = Identity(x)");
    recipe_value(&r, "w", w);
    recipe_float(&r, "rho", rho->floats[0]);
    recipe_run(&r, "y = Add(MatMul(k, Unsqueeze(w, [1])), $rho)");
    if (draft_int(d, "one_class", 0)) recipe_run(&r, "y = Where(Greater(y, 0.0), 1.0, -1.0)");
    ml_transform(&r, transform);
    return recipe_return(&r, "y");
}

/* ---- classifiers: each pair of classes has a score, above 0 for the first of them ---- */

/* What is known of pairs is written down in matrices of pairs and classes, or (of probabilities) of pairs and pairs. */
enum { MOST_CLASSES = 256, MOST_PROBABLE = 48 };

typedef struct pairs {
    int64_t classes, vectors, count;
    const int64_t *per_class;
} pairs;

/* "s" [rows][pairs] of "k": the vectors of either class, by the coefficients against the other. */
static bool score_pairs(recipe *r, const pairs *p) {
    draft *d = r->draft;
    const attr *w = floats_of(d, "coefficients", (p->classes - 1) * p->vectors), *rho = floats_of(d, "rho", p->count);
    if (!w || !rho) return false;
    float *by_vector = ARENA_ARRAY(d->context->imp->arena, float, p->vectors * p->count), *shift = ARENA_ARRAY(d->context->imp->arena, float, p->count);
    int64_t pair = 0;
    for (int64_t i = 0, at_i = 0; i < p->classes; at_i += p->per_class[i++])
        for (int64_t j = i + 1, at_j = at_i + p->per_class[i]; j < p->classes; at_j += p->per_class[j++], pair++) {
            for (int64_t v = at_i; v < at_i + p->per_class[i]; v++) by_vector[v * p->count + pair] = (float)w->floats[(j - 1) * p->vectors + v];
            for (int64_t v = at_j; v < at_j + p->per_class[j]; v++) by_vector[v * p->count + pair] = (float)w->floats[i * p->vectors + v];
            shift[pair] = (float)rho->floats[pair];
        }
    bind_matrix(r, "by_vector", p->vectors, p->count, by_vector);
    bind_matrix(r, "shift", 1, p->count, shift);
    recipe_run(r, "s = Add(MatMul(k, by_vector), shift)");
    return true;
}

/* "first" and "second" [pairs][columns], with a 1 where a pair's classes are: in rows of classes, or (square) of pairs. */
static void bind_members(recipe *r, const pairs *p, bool square) {
    int64_t columns = square ? p->classes * p->classes : p->classes, pair = 0;
    arena *mem = r->draft->context->imp->arena;
    float *first = ARENA_ARRAY(mem, float, p->count * columns), *second = ARENA_ARRAY(mem, float, p->count * columns);
    for (int64_t i = 0; i < p->classes; i++)
        for (int64_t j = i + 1; j < p->classes; j++, pair++) {
            first[pair * columns + (square ? i * p->classes + j : i)] = 1;
            second[pair * columns + (square ? j * p->classes + i : j)] = 1;
        }
    bind_matrix(r, "first", p->count, columns, first);
    bind_matrix(r, "second", p->count, columns, second);
}

/* "y": probabilities of the classes, from "s". */
static bool add_probabilities(recipe *r, const pairs *p) {
    const attr *a = floats_of(r->draft, "prob_a", p->count), *b = floats_of(r->draft, "prob_b", p->count);
    if (!a || !b) return false;
    if (p->classes > MOST_PROBABLE) return draft_error(r->draft, NULL, "has probabilities of more than %d classes", MOST_PROBABLE);
    recipe_value(r, "a", ml_vector(r->draft, "prob_a"));
    recipe_value(r, "b", ml_vector(r->draft, "prob_b"));
    recipe_int(r, "classes", p->classes);
    bind_members(r, p, true);
    recipe_run(r, "u = Clip(Sigmoid(Neg(Add(Mul(s, a), b))), 0.0000001, 0.9999999)\n"
                  "u = Reshape(Add(MatMul(u, first), MatMul(Sub(1.0, u), second)), [-1,$classes,$classes])\n"
                  "y, work = couple_classes(Cast(u; to=11))\ny = Cast(y; to=1)");
    return true;
}

static bool classify_by_vectors(recipe *r, pairs *p, int64_t features, int transform) {
    const attr *probabilities = draft_attr(r->draft, "prob_a");
    p->count = p->classes * (p->classes - 1) / 2;
    if (!run_kernel(r, p->vectors, features) || !score_pairs(r, p)) return false;
    bind_members(r, p, false);
    recipe_run(r, "won = Cast(Greater(s, 0.0); to=1)\nvotes = Add(MatMul(won, first), MatMul(Sub(1.0, won), second))\n"
                  "best = ArgMax(votes; axis=1, keepdims=0)\ny = Identity(s)");
    bool probable = probabilities && probabilities->n;
    if (probable && !add_probabilities(r, p)) return false;
    if (probable || p->classes > 2) ml_transform(r, transform);
    else ml_two_scores(r, transform == ML_NONE, transform);
    return true;
}

static bool classify_by_planes(recipe *r, const pairs *p, int64_t features, int transform) {
    value *w = ml_vector(r->draft, "coefficients");
    const attr *rho = floats_of(r->draft, "rho", 1);
    if (!rho) return false;
    if (!w || type_count(&w->type) != p->classes * features) return draft_error(r->draft, NULL, "its coefficients do not fit its input");
    recipe_value(r, "w", w);
    recipe_int(r, "features", features);
    recipe_float(r, "rho", rho->floats[0]);
    recipe_run(r, "y = Add(MatMul(x, Transpose(Reshape(w, [-1,$features]); perm=[1,0])), $rho)\nbest = ArgMax(y; axis=1, keepdims=0)");
    ml_transform(r, transform);
    return true;
}

bool expand_svm_classifier(draft *d, const conversion *row) {
    (void)row;
    value *labels = ml_class_labels(d);
    const attr *per_class = draft_attr(d, "vectors_per_class");
    pairs p = {.classes = labels ? type_count(&labels->type) : 0, .per_class = per_class ? per_class->ints : NULL};
    int64_t features;
    int transform = ml_transform_of(d);
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    if (transform < 0 || !ml_rows(&r, &features)) return false;
    bool vectors = per_class && per_class->n;
    if (p.classes < 2 || p.classes > MOST_CLASSES || (vectors && per_class->n != p.classes)) return draft_error(d, NULL, "the names of its classes do not fit");
    for (int i = 0; vectors && i < per_class->n; i++) {
        if (p.per_class[i] < 0 || p.per_class[i] > INT32_MAX) return draft_error(d, NULL, "has %lld vectors for a class", (long long)p.per_class[i]);
        p.vectors += p.per_class[i];
        if (p.vectors > INT32_MAX) return draft_error(d, NULL, "has too many vectors");
    }
    if (!(vectors ? classify_by_vectors(&r, &p, features, transform) : classify_by_planes(&r, &p, features, transform))) return false;
    recipe_value(&r, "labels", labels);
    recipe_run(&r, "label = Gather(labels, best)");
    return recipe_return(&r, "label y");
}
