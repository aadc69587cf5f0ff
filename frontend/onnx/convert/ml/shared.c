#include "frontend/onnx/convert/ml/ml.h"

#include <string.h>

value *ml_vector(draft *d, const char *attribute) {
    arena *mem = d->context->imp->arena;
    const attr *a = draft_attr(d, attribute);
    if (!a) return NULL;
    bool list = a->kind == ATTR_INTS || a->kind == ATTR_FLOATS || a->kind == ATTR_STRINGS;
    int64_t n = a->kind == ATTR_TENSOR ? type_count(&a->tensor->type) : list ? a->n : 1;
    dtype elem = a->kind == ATTR_TENSOR ? a->tensor->type.elem
                 : a->kind == ATTR_INT || a->kind == ATTR_INTS ? DT_I64
                 : a->kind == ATTR_STRING || a->kind == ATTR_STRINGS ? DT_STRING : DT_F32;
    void *data = a->kind == ATTR_TENSOR ? (void *)a->tensor->data : arena_alloc(mem, dtype_bytes(elem, n) + 16);
    for (int64_t k = 0; a->kind != ATTR_TENSOR && k < n; k++) {
        if (elem == DT_I64) ((int64_t *)data)[k] = list ? a->ints[k] : a->i;
        else if (elem == DT_F32) ((float *)data)[k] = (float)(list ? a->floats[k] : a->f);
        else ((ir_string *)data)[k] = list ? a->strings[k] : a->s;
    }
    return value_constant(d->context->imp->graph, d->name, type_tensor(mem, elem, 1, &n), data, d->name);
}

value *ml_class_labels(draft *d) {
    static const char *const attributes[] = {"classlabels_strings", "classlabels_int64s", "classlabels_ints"};
    for (int i = 0; i < 3; i++) {
        value *v = ml_vector(d, attributes[i]);
        if (v && type_count(&v->type)) return v;
    }
    return NULL;
}

int ml_transform_of(draft *d) {
    static const char *const words[ML_TRANSFORMS] = {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"};
    const char *given = draft_string(d, "post_transform", "NONE");
    for (int i = 0; i < ML_TRANSFORMS; i++)
        if (!strcmp(given, words[i])) return i;
    draft_error(d, NULL, "post_transform '%.40s' is not known", given);
    return -1;
}

void ml_transform(recipe *r, int how) {
    static const char *const texts[ML_TRANSFORMS] = {
        "y = Identity(y)", "y = Softmax(y)", "y = Sigmoid(y)",
        "zero = Equal(y, 0.0:y)\ny = Where(zero, y, Softmax(Where(zero, -inf:y, y)))",
        /* the inverse of the normal distribution, by Winitzki's formula */
        ("u = Sub(Mul(y, 2.0:y), 1.0:y)\nl = Log(Mul(Sub(1.0:y, u), Add(1.0:y, u)))\nv = Add(4.3307467508:y, Mul(l, 0.5:y))\n"
        "y = Mul(1.41421356237:y, Mul(Sign(u), Sqrt(Sub(Sqrt(Sub(Mul(v, v), Mul(l, 6.80272108844:y))), v))))")};
    recipe_run(r, texts[how]);
}

void ml_two_scores(recipe *r, bool mirrored, int how) {
    if (how == ML_PROBIT) ml_transform(r, how); /* which leaves one score */
    else if (how == ML_LOGISTIC) recipe_run(r, "y = Concat(Sigmoid(Neg(y)), Sigmoid(y); axis=1)");
    else recipe_run(r, mirrored ? "y = Concat(Neg(y), y; axis=1)" : "y = Concat(Sub(1.0:y, y), y; axis=1)");
}

bool ml_rows(recipe *r, int64_t *features) {
    const value_type *x = draft_input_type(r->draft, 0);
    bool known = x->kind == TYPE_TENSOR && (x->rank == 1 || x->rank == 2) && type_size(x, -1) > 0 && type_size(x, -1) <= INT32_MAX;
    if (!known) return draft_error(r->draft, "fix the open dimensions with --dim NAME=SIZE", "its input is no matrix with a known number of columns");
    *features = type_size(x, -1);
    recipe_run(r, x->rank == 1 ? "x = Unsqueeze(Cast(x; to=1), [0])" : "x = Cast(x; to=1)");
    return true;
}
