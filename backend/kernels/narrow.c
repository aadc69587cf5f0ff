#include "backend/kernels/narrow.h"

#include <math.h>
#include <string.h>

/* A core of today can do some 8 multiply-adds while it waits for one float of memory: weights that are used more often
 * are not what it waits for. Twice that, for memory has other users. */
enum { MOST_POSITIONS = 16, LARGEST_I8 = 127 };

/* ---- one number ---- */

/* Floats of 16 bits are the upper ones of a float32, rounded, where both have normal numbers. */
typedef struct half {
    int dropped;        /* bits */
    uint32_t exponents; /* that float32 has below the first of the half's, in place */
    float least, most;  /* normal numbers */
} half;

static const half *half_of(dtype t) {
    static const half bf16 = {16, 0, 0x1p-126f, 0x1.fep127f}, f16 = {13, 112u << 23, 0x1p-14f, 65504};
    return t == DT_BF16 ? &bf16 : t == DT_F16 ? &f16 : NULL;
}

static bool is_normal(const half *h, float x) { return fabsf(x) >= h->least && fabsf(x) <= h->most; }

/* To nearest even; what carries out of the mantissa belongs into the exponent. */
static uint32_t rounded_bits(const half *h, float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    uint32_t below = (1u << (h->dropped - 1)) - 1 + (bits >> h->dropped & 1);
    return (bits + below) >> h->dropped << h->dropped;
}

static double number_of(const narrow_weights *n, int64_t channel, float x) {
    return n->scale ? nearbyint((double)x / constant_float(n->scale, channel)) : (double)x;
}

void narrow_store(const narrow_weights *n, void *to, int64_t at, int64_t channel, float x) {
    const half *h = half_of(n->elem);
    if (n->elem == DT_F32) {
        ((float *)to)[at] = x;
        return;
    }
    if (!h || !is_normal(h, x)) {
        dtype_store_float(n->elem, to, at, number_of(n, channel, x));
        return;
    }
    uint32_t bits = rounded_bits(h, x), sign = bits >> 31 << 15;
    ((uint16_t *)to)[at] = (uint16_t)(sign | ((bits & 0x7fffffff) - h->exponents) >> h->dropped);
}

/* What a kernel reads back of weight i of a channel, x. */
static double stored(const narrow_weights *n, int64_t channel, int64_t i, float x) {
    if (n->groups) return (double)narrow_grouped(n, channel, i, x);
    const half *h = half_of(n->elem);
    if (h && is_normal(h, x)) {
        uint32_t bits = rounded_bits(h, x);
        memcpy(&x, &bits, sizeof x);
        return (double)x;
    }
    uint64_t room = 0;
    narrow_store(n, &room, 0, channel, x);
    return dtype_load_float(n->elem, &room, 0) * (n->scale ? constant_float(n->scale, channel) : 1);
}

/* ---- a tensor of them ---- */

static const float *channel_at(const constant *w, const weight_channels *c, int64_t channel) {
    return (const float *)w->data + channel * c->channel;
}

static float largest(const constant *w, const weight_channels *c, int64_t channel) {
    const float *x = channel_at(w, c, channel);
    float most = 0;
    for (int64_t i = 0; i < c->count; i++) most = fmaxf(most, fabsf(x[i * c->between]));
    return most;
}

static float scale_to_largest(const constant *w, const weight_channels *c, int64_t channel) {
    const float most = largest(w, c, channel);
    return most > 0 ? most / LARGEST_I8 : 1;
}

/* 0: none without a zero point gives back the channel's weights exactly. */
static float exact_scale(const constant *w, const weight_channels *c, int64_t channel) {
    const coding k = coding_exact(channel_at(w, c, channel), c->count, c->between, 8);
    return k.zero ? 0 : k.scale;
}

typedef float find_scale(const constant *w, const weight_channels *c, int64_t channel);

/* NULL where `find` has none for a channel. */
static const constant *scales_of(const plan *p, const constant *w, const weight_channels *c, find_scale *find) {
    if (find(w, c, 0) == 0) return NULL;
    float *scale = ARENA_ARRAY(p->arena, float, c->channels);
    for (int64_t k = 0; k < c->channels; k++)
        if ((scale[k] = find(w, c, k)) == 0) return NULL;
    constant *s = ARENA_NEW(p->arena, constant);
    *s = (constant){.type = type_tensor(p->arena, DT_F32, 1, &c->channels), .data = scale,
                    .origin = arena_printf(p->arena, "%s | scale of int8", w->origin)};
    return s;
}

double narrow_change(const narrow_weights *n, const constant *w, const weight_channels *c) {
    double most = 0, change = 0;
    for (int64_t k = 0; k < c->channels; k++) {
        const float *x = channel_at(w, c, k);
        for (int64_t i = 0; i < c->count; i++) {
            double was = (double)x[i * c->between], is = stored(n, k, i, x[i * c->between]);
            if (!isfinite(is)) return (double)NAN;
            most = fmax(most, fabs(was));
            change = fmax(change, fabs(is - was));
        }
    }
    return most > 0 ? change / most : 0;
}

/* As good as all that were not of so few bits differ in one of the first. */
static bool is_exact(const narrow_weights *n, const constant *w, const weight_channels *c) {
    for (int64_t k = 0; k < c->channels; k++)
        for (int64_t i = 0; i < c->count; i++) {
            float x = channel_at(w, c, k)[i * c->between];
            if (stored(n, k, i, x) != (double)x) return false;
        }
    return true;
}

static bool admits(const plan *p, dtype t) { return p->options.max_error <= 0 || error_of_weights(t) <= p->options.max_error; }

dtype narrow_type(const plan *p, int64_t positions) {
    dtype t = p->options.weights_type == DT_I4 ? DT_I8 : p->options.weights_type;
    return t == DT_NONE || !admits(p, t) || positions > MOST_POSITIONS ? DT_F32 : t;
}

/* By channels or in groups, as few bits as give back each weight. */
static narrow_weights choose_exact(const plan *p, const constant *w, const weight_channels *c) {
    static const dtype halves[] = {DT_F16, DT_BF16};
    narrow_weights n = {.elem = DT_F32};
    if (c->groups) n = narrow_exact_groups(p, w, c, DT_I4);
    if (n.elem != DT_F32) return n;
    n = (narrow_weights){.elem = DT_I8, .scale = scales_of(p, w, c, exact_scale)};
    if (n.scale) return n;
    if (c->groups) n = narrow_exact_groups(p, w, c, DT_I8);
    if (n.groups) return n;
    for (int t = 0; t < 2 && p->options.weights_type == DT_NONE; t++) {
        n = (narrow_weights){.elem = halves[t]};
        if (is_exact(&n, w, c)) return n;
    }
    return (narrow_weights){.elem = DT_F32};
}

/* What the model has in few bits stays so, without a change, unless it is to be of another type. */
narrow_weights narrow_choose(const plan *p, const constant *w, const weight_channels *c, int64_t positions) {
    const narrow_weights wide = {.elem = DT_F32};
    const dtype asked = p->options.weights_type;
    if (positions > MOST_POSITIONS || asked == DT_F32) return wide;
    narrow_weights n = choose_exact(p, w, c);
    if (n.elem == DT_F32 && c->groups && asked == DT_I4 && admits(p, DT_I4)) n = narrow_to_groups(p, w, c);
    if (n.elem != DT_F32) return n;
    n = (narrow_weights){.elem = narrow_type(p, positions)};
    if (n.elem == DT_F32) return wide;
    if (n.elem == DT_I8) n.scale = scales_of(p, w, c, scale_to_largest);
    n.change = narrow_change(&n, w, c);
    return isfinite(n.change) ? n : wide;
}

narrow_weights narrow_pairs(const constant *w, const weight_channels *c) {
    narrow_weights n = {.elem = DT_BF16, .pairs = true};
    n.change = narrow_change(&n, w, c);
    return n;
}

void narrow_define(const narrow_weights *n, template_env *e) {
    const char *load = n->elem == DT_F32 ? "v16_load" : n->elem == DT_BF16 ? "v16_load_bf16" : n->elem == DT_F16 ? "v16_load_f16" : "v16_load_i8";
    if (n->pairs) load = "h32_load";
    template_text(e, "weight", dtype_of(n->elem)->ctype);
    template_text(e, "load_weights", load);
    template_int(e, "scaled", n->scale != NULL);
}
