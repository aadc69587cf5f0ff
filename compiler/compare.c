#include "compiler/compare.h"

#include <math.h>
#include <string.h>

/* The distance from 1 to the next number. */
static double epsilon(dtype t) {
    double e = 1;
    for (int k = 0; k < 60; k++, e /= 2) {
        uint64_t bits = 0;
        dtype_store_float(t, &bits, 0, 1 + e / 2);
        if (dtype_load_float(t, &bits, 0) == 1) return e;
    }
    return e;
}

static double load(const tensor *t, int64_t i) {
    switch (t->type.elem) {
    case DT_C64: return dtype_load_float(DT_F32, t->data, i);
    case DT_C128: return dtype_load_float(DT_F64, t->data, i);
    default: return dtype_load_float(t->type.elem, t->data, i);
    }
}

static bool matches(double got, double want) {
    return got == want || (isnan(got) && isnan(want));
}

static double distance(double got, double want) {
    double d = fabs(got - want);
    return matches(got, want) ? 0 : isnan(d) ? INFINITY : d;
}

static difference compare_floats(const tensor *got, const tensor *want, int64_t count, const tolerance *t) {
    difference d = {.comparable = true};
    double reference = 0;
    for (int64_t i = 0; i < count; i++) {
        double g = load(got, i), w = load(want, i), off = distance(g, w);
        if (isfinite(w)) reference = fmax(reference, fabs(w));
        if (off <= d.largest) continue;
        d.largest = off;
        d.worst = i;
        d.got = g;
        d.want = w;
    }
    d.relative = d.largest == 0 ? 0 : d.largest / reference;
    dtype part = want->type.elem == DT_C64 ? DT_F32 : want->type.elem == DT_C128 ? DT_F64 : want->type.elem;
    bool each = t->rtol >= 0 || t->atol >= 0;
    double rtol = fmax(t->rtol, 0), atol = fmax(t->atol, 0);
    double bound = fmax(t->relative, 2 * epsilon(part)) * reference;
    for (int64_t i = 0; i < count; i++) {
        double w = load(want, i), off = distance(load(got, i), w);
        if (off > 0 && !(off <= (each ? atol + rtol * fabs(w) : bound))) d.wrong++;
    }
    d.same = d.wrong == 0;
    return d;
}

static difference compare_integers(const tensor *got, const tensor *want, int64_t count) {
    difference d = {.comparable = true};
    for (int64_t i = 0; i < count; i++) {
        int64_t g = dtype_load_int(got->type.elem, got->data, i), w = dtype_load_int(want->type.elem, want->data, i);
        if (g == w) continue;
        if (d.wrong++ == 0 || distance((double)g, (double)w) > d.largest) {
            d.largest = distance((double)g, (double)w);
            d.worst = i;
            d.got = (double)g;
            d.want = (double)w;
        }
    }
    d.same = d.wrong == 0;
    d.relative = d.same ? 0 : INFINITY;
    return d;
}

static difference compare_strings(const tensor *got, const tensor *want, int64_t count) {
    difference d = {.comparable = true};
    const ir_string *g = got->data, *w = want->data;
    for (int64_t i = 0; i < count; i++)
        if (g[i].size != w[i].size || memcmp(g[i].bytes, w[i].bytes, w[i].size) != 0) d.wrong++;
    d.same = d.wrong == 0;
    return d;
}

static difference compare_sequences(const tensor *got, const tensor *want, const tolerance *t) {
    difference d = {.comparable = got->n_items == want->n_items, .same = got->n_items == want->n_items};
    for (int i = 0; d.same && i < want->n_items; i++) d = compare_tensors(&got->items[i], &want->items[i], t);
    return d;
}

/* Every number lies between the least and the largest that are wanted. */
static bool in_range(const tensor *got, const tensor *want, int64_t count) {
    double low = INFINITY, high = -INFINITY;
    for (int64_t i = 0; i < count; i++) low = fmin(low, load(want, i)), high = fmax(high, load(want, i));
    for (int64_t i = 0; i < count; i++)
        if (!(load(got, i) >= low && load(got, i) <= high)) return false;
    return true;
}

difference compare_tensors(const tensor *got, const tensor *want, const tolerance *t) {
    if (got->type.kind != want->type.kind) return (difference){.same = false};
    if (got->type.kind != TYPE_TENSOR) return compare_sequences(got, want, t);
    bool same_shape = got->type.elem == want->type.elem && got->type.rank == want->type.rank;
    for (int i = 0; same_shape && i < want->type.rank; i++)
        same_shape = type_size(&got->type, i) == type_size(&want->type, i);
    if (!same_shape) return (difference){.same = false};
    int64_t count = type_count(&want->type);
    dtype_class kind = dtype_of(want->type.elem)->kind;
    if (t->drawn && kind != CLASS_STRING && kind != CLASS_COMPLEX && in_range(got, want, count)) return (difference){.comparable = true, .same = true};
    switch (kind) {
    case CLASS_FLOAT: return compare_floats(got, want, count, t);
    case CLASS_COMPLEX: return compare_floats(got, want, 2 * count, t);
    case CLASS_STRING: return compare_strings(got, want, count);
    default: return compare_integers(got, want, count);
    }
}

void difference_print(FILE *f, const difference *d, const tensor *got, const tensor *want) {
    if (!d->comparable) {
        fputs("is ", f);
        type_print(f, &got->type);
        fputs(", expected ", f);
        type_print(f, &want->type);
        return;
    }
    dtype_class kind = dtype_of(want->type.elem)->kind;
    if (d->same && kind != CLASS_FLOAT && kind != CLASS_COMPLEX) fputs("equal", f);
    else fprintf(f, "max |diff| / max |ref| %.2e", d->relative);
    if (!d->same)
        fprintf(f, "; %lld of %lld elements wrong, worst at %lld: %.9g, expected %.9g", (long long)d->wrong,
                (long long)type_count(&want->type), (long long)d->worst, d->got, d->want);
}
