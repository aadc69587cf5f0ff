/* Weights of 4 bits: numbers from -8 to 7, and for each group of them a scale and a zero point. */
#include "backend/kernels/narrow.h"

#include <math.h>

enum { LEAST = -8, MOST = 7, RANGE = MOST - LEAST };

typedef struct group {
    const float *first;
    int64_t n, between;
} group;

/* A weight is (number + zero) scale. */
typedef struct coding {
    float scale;
    int zero;
} coding;

static group group_at(const constant *w, const weight_channels *c, int64_t channel, int64_t g) {
    int64_t from = g * NARROW_GROUP, left = c->count - from;
    const float *first = (const float *)w->data + channel * c->channel + from * c->between;
    return (group){first, left < NARROW_GROUP ? left : NARROW_GROUP, c->between};
}

static float largest(const group *g) {
    float most = 0;
    for (int64_t i = 0; i < g->n; i++)
        if (fabsf(g->first[i * g->between]) > fabsf(most)) most = g->first[i * g->between];
    return most;
}

static double number_of(float x, coding c) { return fmin(fmax(nearbyint((double)x / (double)c.scale) - c.zero, LEAST), MOST); }

static float weight_of(float x, coding c) { return (float)(number_of(x, c) + c.zero) * c.scale; }

static float as(dtype t, float x) {
    uint32_t room = 0;
    dtype_store_float(t, &room, 0, (double)x);
    return (float)dtype_load_float(t, &room, 0);
}

/* ---- a scale for any numbers ---- */

static double squared_error(const group *g, coding c) {
    double sum = 0;
    for (int64_t i = 0; i < g->n; i++) {
        double x = (double)g->first[i * g->between], d = x - number_of(g->first[i * g->between], c) * (double)c.scale;
        sum += d * d;
    }
    return sum;
}

/* Of a few the best. The largest number becomes -8, for which the scale has its sign reversed, or less, which leaves more room on
 * the other side. */
static coding best_coding(const group *g) {
    static const float steps[] = {8, 7.5f, 7, 6.5f};
    float most = largest(g);
    coding best = {1, 0};
    double least = INFINITY;
    for (size_t i = 0; most != 0 && i < sizeof steps / sizeof *steps; i++) {
        coding c = {as(DT_BF16, most / -steps[i]), 0};
        double error = c.scale != 0 ? squared_error(g, c) : INFINITY;
        if (error < least) least = error, best = c;
    }
    return best;
}

/* ---- those that the model has ---- */

/* Are all whole multiples of the scale, rounded to float32, and not further apart than 4 bits reach? Finds the zero point. */
static bool is_exact(const group *g, coding *c) {
    double low = 0, high = 0;
    for (int64_t i = 0; i < g->n; i++) {
        double whole = nearbyint((double)g->first[i * g->between] / (double)c->scale);
        if ((float)whole * c->scale != g->first[i * g->between]) return false;
        low = fmin(low, whole), high = fmax(high, whole);
        if (high - low > RANGE) return false;
    }
    c->zero = low < LEAST ? (int)low - LEAST : high > MOST ? (int)high - MOST : 0;
    return true;
}

/* The largest number is a multiple of the scale. A scale of 0: there is none. */
static coding exact_coding(const group *g) {
    float most = largest(g);
    if (most == 0) return (coding){1, 0};
    for (int k = 1; k <= RANGE; k++)
        for (int sign = -1; sign <= 1; sign += 2) {
            float scale = most / (float)(sign * k);
            const float tried[] = {scale, nextafterf(scale, INFINITY), nextafterf(scale, -INFINITY)};
            for (int i = 0; i < 3; i++) {
                coding c = {tried[i], 0};
                if (c.scale != 0 && isfinite(c.scale) && is_exact(g, &c) && (c.zero == 0 || c.scale > 0)) return c;
            }
        }
    return (coding){0, 0};
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

static coding coding_of(const narrow_weights *n, int64_t channel, int64_t i) {
    const int64_t at = channel * type_size(&n->groups->type, 1) + i / NARROW_GROUP;
    return (coding){((const float *)n->groups->data)[at], n->zeros ? ((const int8_t *)n->zeros->data)[at] : 0};
}

static const constant *by_group(const plan *p, const constant *w, const char *what, dtype t, const weight_channels *c, int64_t groups, void *data) {
    int64_t dims[] = {c->channels, groups};
    constant *k = ARENA_NEW(p->arena, constant);
    *k = (constant){.type = type_tensor(p->arena, t, 2, dims), .data = data, .origin = arena_printf(p->arena, "%s | %s of groups", w->origin, what)};
    return k;
}

narrow_weights narrow_in_groups(const plan *p, const constant *w, const weight_channels *c, bool exact) {
    int64_t groups = (c->count + NARROW_GROUP - 1) / NARROW_GROUP, all = c->channels * groups;
    const narrow_weights wide = {.elem = DT_F32};
    group first = group_at(w, c, 0, 0);
    if (exact && exact_coding(&first).scale == 0) return wide; /* as good as all that were not of 4 bits */
    float *scale = ARENA_ARRAY(p->arena, float, all);
    int8_t *zero = ARENA_ARRAY(p->arena, int8_t, all);
    bool zeros = false;
    for (int64_t k = 0; k < all; k++) {
        group g = group_at(w, c, k / groups, k % groups);
        coding code = exact ? exact_coding(&g) : best_coding(&g);
        if (code.scale == 0) return wide;
        scale[k] = code.scale, zero[k] = (int8_t)code.zero;
        zeros = zeros || code.zero;
    }
    narrow_weights n = {.elem = DT_I4, .group_scale = narrowest(scale, all), .groups = by_group(p, w, "scales", DT_F32, c, groups, scale)};
    if (zeros) n.zeros = by_group(p, w, "zero points", DT_I8, c, groups, zero);
    n.change = narrow_change(&n, w, c);
    return isfinite(n.change) ? n : wide;
}

int64_t narrow_number(const narrow_weights *n, int64_t channel, int64_t i, float x) {
    return (int64_t)number_of(x, coding_of(n, channel, i));
}

float narrow_grouped(const narrow_weights *n, int64_t channel, int64_t i, float x) { return weight_of(x, coding_of(n, channel, i)); }
