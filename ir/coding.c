/* Of floats the numbers of a few bits that they were made from. */
#include "ir/ir.h"

#include <math.h>

typedef struct numbers {
    const float *first;
    int64_t n, between;
    int bits;
} numbers;

static float largest(const numbers *g) {
    float most = 0;
    for (int64_t i = 0; i < g->n; i++)
        if (fabsf(g->first[i * g->between]) > fabsf(most)) most = g->first[i * g->between];
    return most;
}

/* Are all whole multiples of the scale, rounded to float32, and not further apart than the bits reach? Finds the zero point. */
static bool is_exact(const numbers *g, coding *c) {
    const int range = (1 << g->bits) - 1, least = coding_least(g->bits), most = least + range;
    double low = 0, high = 0;
    for (int64_t i = 0; i < g->n; i++) {
        double whole = nearbyint((double)g->first[i * g->between] / (double)c->scale);
        if ((float)whole * c->scale != g->first[i * g->between]) return false;
        low = fmin(low, whole), high = fmax(high, whole);
        if (high - low > range) return false;
    }
    c->zero = low < least ? (int)low - least : high > most ? (int)high - most : 0;
    return c->zero <= INT8_MAX; /* as what it is stored */
}

/* Can all be whole multiples of 1 / units, but for the rounding of float32? Most cannot, which few of them tell. */
static bool is_near(const numbers *g, double units) {
    for (int64_t i = 0; i < g->n; i++) {
        double multiple = (double)g->first[i * g->between] * units;
        if (fabs(multiple - nearbyint(multiple)) > 1e-4) return false;
    }
    return true;
}

/* With the scale of which the largest is k times: rounded, that may be next to the quotient. */
static bool has_scale(const numbers *g, float most, int k, coding *c) {
    for (int sign = -1; sign <= 1; sign += 2) {
        const float scale = most / (float)(sign * k);
        const float tried[] = {scale, nextafterf(scale, INFINITY), nextafterf(scale, -INFINITY)};
        for (int i = 0; i < 3; i++) {
            *c = (coding){tried[i], 0};
            if (c->scale == 0 || !isfinite(c->scale) || !is_exact(g, c)) continue;
            if (c->zero == 0 || c->scale > 0 || k == (1 << g->bits) - 1) return true;
        }
    }
    return false;
}

/* Quantisation to 8 bits uses all, so that the largest is mostly 127 or 128 times the scale; that of a group of fewer is any
 * number. */
coding coding_exact(const float *first, int64_t n, int64_t between, int bits) {
    const numbers g = {first, n, between, bits};
    const int range = (1 << bits) - 1, from = bits < 8 ? 0 : -coding_least(bits) - 2;
    const float most = largest(&g);
    coding c = {1, 0};
    if (most == 0) return c;
    for (int i = 0; i < range; i++) {
        const int k = (from + i) % range + 1;
        if (is_near(&g, (double)k / (double)most) && has_scale(&g, most, k, &c)) return c;
    }
    return (coding){0, 0};
}
