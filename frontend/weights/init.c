#include "frontend/weights/init.h"

#include <math.h>
#include <string.h>

static const double prelu_slope = 0.25;

static const struct {
    const char *name;
    init_kind kind;
} kinds[] = {{"he", INIT_HE}, {"xavier", INIT_XAVIER}, {"msra", INIT_MSRA}};

init_kind init_find(const char *name) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(kinds[i].name, name)) return kinds[i].kind;
    return INIT_NONE;
}

bool weights_is_init(const char *kind) { return init_find(kind) != INIT_NONE; }

static double variance_of(const parameter *p, init_kind kind) {
    double in = p->fan_in > 0 ? (double)p->fan_in : 1, out = p->fan_out > 0 ? (double)p->fan_out : 1;
    switch (kind) {
    case INIT_XAVIER: return 2 / (in + out);
    case INIT_MSRA: return 2 / ((1 + prelu_slope * prelu_slope) * in);
    default: return 2 / in;
    }
}

static double constant_of(parameter_role role) {
    switch (role) {
    case PARAMETER_SCALE:
    case PARAMETER_VARIANCE: return 1;
    case PARAMETER_SLOPE: return prelu_slope;
    default: return 0;
    }
}

/* ---- the generator ---- */

static uint64_t mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static uint64_t fnv1a(const char *s) {
    uint64_t h = 0xcbf29ce484222325u;
    for (; *s; s++) h = (h ^ (unsigned char)*s) * 0x100000001b3u;
    return h;
}

/* In (-1, 1), symmetric about 0. */
static double uniform(uint64_t key, uint64_t i) {
    uint64_t bits = mix(key + (i + 1) * 0x9e3779b97f4a7c15u) >> 40;
    return ((double)bits + 0.5) / (1 << 23) - 1;
}

const void *init_draw(const parameter *p, init_kind kind, uint64_t seed, arena *a) {
    dtype elem = p->v->type.elem;
    int64_t count = type_count(&p->v->type);
    void *data = arena_alloc(a, dtype_bytes(elem, count));
    double bound = sqrt(3 * variance_of(p, kind)), fixed = constant_of(p->role);
    uint64_t key = mix(seed ^ fnv1a(p->name));
    for (int64_t i = 0; i < count; i++) {
        double x = p->role == PARAMETER_WEIGHT ? bound * uniform(key, (uint64_t)i) : fixed;
        if (elem == DT_F32) ((float *)data)[i] = (float)x; /* tens of millions of them */
        else dtype_store_float(elem, data, i, x);
    }
    return data;
}
