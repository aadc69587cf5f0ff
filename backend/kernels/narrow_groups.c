/* Weights as numbers of 4 or 8 bits, and for each group of them a scale and a zero point. */
#include "backend/kernels/narrow.h"

#include <math.h>

typedef struct group {
    const float *first;
    int64_t n, between;
} group;

static group group_at(const constant *w, const weight_channels *c, int64_t channel, int64_t g, int64_t size) {
    int64_t from = g * size, left = c->count - from;
    const float *first = (const float *)w->data + channel * c->channel + from * c->between;
    return (group){first, left < size ? left : size, c->between};
}

static float largest(const group *g) {
    float most = 0;
    for (int64_t i = 0; i < g->n; i++)
        if (fabsf(g->first[i * g->between]) > fabsf(most)) most = g->first[i * g->between];
    return most;
}

static double number_of(float x, coding c, int bits) {
    const double least = coding_least(bits), most = -least - 1;
    return fmin(fmax(nearbyint((double)x / (double)c.scale) - c.zero, least), most);
}

static float as(dtype t, float x) {
    uint32_t room = 0;
    dtype_store_float(t, &room, 0, (double)x);
    return (float)dtype_load_float(t, &room, 0);
}

/* ---- a scale for any numbers ---- */

static double squared_error(const group *g, coding c, int bits) {
    double sum = 0;
    for (int64_t i = 0; i < g->n; i++) {
        double x = (double)g->first[i * g->between], d = x - number_of(g->first[i * g->between], c, bits) * (double)c.scale;
        sum += d * d;
    }
    return sum;
}

/* Of a few the best. The largest number becomes the least one, for which the scale has its sign reversed, or less, which leaves more room on
 * the other side. */
static coding best_coding(const group *g, int bits) {
    static const float parts[] = {1, 0.9375f, 0.875f, 0.8125f};
    float most = largest(g);
    coding best = {1, 0};
    double least = INFINITY;
    for (size_t i = 0; most != 0 && i < sizeof parts / sizeof *parts; i++) {
        coding c = {as(DT_BF16, most / ((float)coding_least(bits) * parts[i])), 0};
        double error = c.scale != 0 ? squared_error(g, c, bits) : INFINITY;
        if (error < least) least = error, best = c;
    }
    return best;
}

/* ---- a tensor of them ---- */

static dtype narrowest(const float *scale, int64_t n) {
    static const dtype types[] = {DT_BF16, DT_F16};
    for (int t = 0; t < 2; t++) {
        int64_t i = 0;
        while (i < n && as(types[t], scale[i]) == scale[i]) i++;
        if (i == n) return types[t];
    }
    return DT_F32;
}

static int bits_of(const narrow_weights *n) { return dtype_of(n->elem)->bits; }

static coding coding_of(const narrow_weights *n, int64_t channel, int64_t i) {
    const int64_t at = channel * type_size(&n->groups->type, 1) + i / n->group;
    return (coding){((const float *)n->groups->data)[at], n->zeros ? ((const int8_t *)n->zeros->data)[at] : 0};
}

static const constant *by_group(const plan *p, const constant *w, const char *what, dtype t, const weight_channels *c, int64_t groups, void *data) {
    int64_t dims[] = {c->channels, groups};
    constant *k = ARENA_NEW(p->arena, constant);
    *k = (constant){.type = type_tensor(p->arena, t, 2, dims), .data = data, .origin = arena_printf(p->arena, "%s | %s of groups", w->origin, what)};
    return k;
}

typedef coding find_coding(const group *g, int bits);

/* Each group as `find` codes it; f32 if it does not code one. The first is tried before memory is taken: as good as all weights
 * that were not of so few bits have no exact coding there. */
static narrow_weights in_groups(const plan *p, const constant *w, const weight_channels *c, dtype elem, int64_t size, find_coding *find) {
    int64_t groups = (c->count + size - 1) / size, all = c->channels * groups;
    const narrow_weights wide = {.elem = DT_F32};
    const group first = group_at(w, c, 0, 0, size);
    if (find(&first, dtype_of(elem)->bits).scale == 0) return wide;
    float *scale = ARENA_ARRAY(p->arena, float, all);
    int8_t *zero = ARENA_ARRAY(p->arena, int8_t, all);
    bool zeros = false;
    for (int64_t k = 0; k < all; k++) {
        const group g = group_at(w, c, k / groups, k % groups, size);
        const coding code = find(&g, dtype_of(elem)->bits);
        if (code.scale == 0) return wide;
        scale[k] = code.scale, zero[k] = (int8_t)code.zero;
        zeros = zeros || code.zero;
    }
    narrow_weights n = {.elem = elem, .group = size, .group_scale = narrowest(scale, all)};
    n.groups = by_group(p, w, "scales", DT_F32, c, groups, scale);
    if (zeros) n.zeros = by_group(p, w, "zero points", DT_I8, c, groups, zero);
    return n;
}

static coding exact_coding(const group *g, int bits) { return coding_exact(g->first, g->n, g->between, bits); }

narrow_weights narrow_to_groups(const plan *p, const constant *w, const weight_channels *c) {
    narrow_weights n = in_groups(p, w, c, DT_I4, 32, best_coding);
    n.change = narrow_change(&n, w, c);
    return isfinite(n.change) ? n : (narrow_weights){.elem = DT_F32};
}

narrow_weights narrow_exact_groups(const plan *p, const constant *w, const weight_channels *c, dtype elem) {
    narrow_weights n = in_groups(p, w, c, elem, 32, exact_coding);
    return n.elem == DT_F32 ? in_groups(p, w, c, elem, 16, exact_coding) : n;
}

int64_t narrow_number(const narrow_weights *n, int64_t channel, int64_t i, float x) {
    return (int64_t)number_of(x, coding_of(n, channel, i), bits_of(n));
}

float narrow_grouped(const narrow_weights *n, int64_t channel, int64_t i, float x) {
    const coding c = coding_of(n, channel, i);
    return (float)(number_of(x, c, bits_of(n)) + c.zero) * c.scale;
}
