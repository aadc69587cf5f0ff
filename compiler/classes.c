#include "compiler/classes.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/npy.h"
#include "compiler/report.h"

static bool is_scores(const value_type *t) {
    if (t->kind != TYPE_TENSOR || !type_is_static(t) || dtype_of(t->elem)->kind != CLASS_FLOAT) return false;
    int64_t n = type_count(t);
    return n > 1 && (t->rank == 1 || (t->rank > 1 && type_size(t, 0) == 1 && type_size(t, 1) == n));
}

int classes_output(const region *body) {
    for (int i = 0; i < body->n_outputs; i++)
        if (is_scores(&body->outputs[i]->type)) return i;
    return -1;
}

bool classes_are_probabilities(const value *v) {
    const node *n = v->producer;
    while (n && (op_of(n->op)->props & PROP_VIEW || n->op == OP_cast)) n = n->inputs[0]->producer;
    return n && (n->op == OP_softmax || n->op == OP_sigmoid);
}

/* ---- labels ---- */

static const char *const *split_lines(FILE *f, int64_t n, int64_t *lines, arena *a) {
    const char **labels = ARENA_ARRAY(a, const char *, n);
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    for (*lines = 0; (length = getline(&line, &capacity, f)) >= 0; ++*lines) {
        while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r')) line[--length] = '\0';
        if (*lines < n) labels[*lines] = readable_name(a, line);
    }
    free(line);
    return labels;
}

const char *const *labels_read(const char *path, int64_t n, arena *a, diagnostics *d) {
    FILE *f = fopen(path, "r");
    int64_t lines = 0;
    const char *const *labels = NULL;
    if (f) labels = split_lines(f, n, &lines, a);
    bool ok = f && !ferror(f);
    if (!ok) diag_error(d, path, NULL, "cannot read: %s", strerror(errno));
    else if (lines != n)
        ok = diag_error(d, path, "give one label a line", "has %lld lines, but the network %lld classes", (long long)lines, (long long)n);
    if (f) fclose(f);
    return ok ? labels : NULL;
}

bool classes_read(const char *path, int64_t samples, tensor *to, arena *a, diagnostics *d) {
    if (!npy_read(path, to, a, d)) return false;
    dtype_class kind = dtype_of(to->type.elem)->kind;
    if ((kind == CLASS_INT || kind == CLASS_UINT) && type_count(&to->type) == samples) return true;
    return diag_error(d, path, "give an array of integers", "is not one class for each of the %lld samples", (long long)samples);
}

/* ---- the best ---- */

int64_t classes_best(const tensor *scores, int64_t sample) {
    int64_t n = type_count(&scores->type), best = 0;
    for (int64_t i = 1; i < n; i++)
        if (dtype_load_float(scores->type.elem, scores->data, sample * n + i) > dtype_load_float(scores->type.elem, scores->data, sample * n + best)) best = i;
    return best;
}

static void softmax(double *x, int64_t n) {
    double largest = -INFINITY, sum = 0;
    for (int64_t i = 0; i < n; i++) largest = fmax(largest, x[i]);
    for (int64_t i = 0; i < n; i++) sum += x[i] = exp(x[i] - largest);
    for (int64_t i = 0; i < n; i++) x[i] /= sum;
}

void classes_print(FILE *f, const tensor *scores, int64_t sample, bool probabilities, int top, const char *const *labels, arena *a) {
    int64_t n = type_count(&scores->type);
    double *p = ARENA_ARRAY(a, double, n);
    bool *taken = ARENA_ARRAY(a, bool, n);
    for (int64_t i = 0; i < n; i++) p[i] = dtype_load_float(scores->type.elem, scores->data, sample * n + i);
    if (!probabilities) softmax(p, n);
    for (int k = 0; k < top && k < n; k++) {
        int64_t best = -1;
        for (int64_t i = 0; i < n; i++)
            if (!taken[i] && (best < 0 || p[i] > p[best])) best = i;
        taken[best] = true;
        if (labels) fprintf(f, "%7.2f %%  %s\n", 100 * p[best], labels[best]);
        else fprintf(f, "%7.2f %%  class %lld\n", 100 * p[best], (long long)best);
    }
}
