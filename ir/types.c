#include "ir/ir.h"

#include <math.h>
#include <string.h>

static const dtype_info infos[DT_COUNT] = {
    [DT_NONE] = {"none", 0, "void", 0, CLASS_NONE},
#define TYPE(id, name, bits, ctype, onnx, class) [DT_##id] = {name, bits, ctype, onnx, CLASS_##class},
#include "ir/types.def"
#undef TYPE
};

const dtype_info *dtype_of(dtype t) { return &infos[t]; }

dtype dtype_from_onnx(int64_t code) {
    for (int t = DT_NONE + 1; t < DT_COUNT; t++)
        if (infos[t].onnx == code) return (dtype)t;
    return DT_NONE;
}

dtype dtype_from_name(const char *name) {
    for (int t = DT_NONE + 1; t < DT_COUNT; t++)
        if (!strcmp(infos[t].name, name)) return (dtype)t;
    return DT_NONE;
}

size_t dtype_bytes(dtype t, int64_t count) {
    size_t bits = (size_t)infos[t].bits;
    return bits >= 8 ? (size_t)count * (bits / 8) : ((size_t)count * bits + 7) / 8;
}

/* ---- small floats: one description, one decoder, one encoder ---- */

typedef enum special { HAS_INF, FN, FNUZ, SATURATED } special;

typedef struct small_float {
    int exponent, mantissa, bias;
    special special; /* FN: all ones is NaN, no infinities; FNUZ: negative zero is NaN; SATURATED: neither */
} small_float;

static const small_float *small_float_of(dtype t) {
    static const small_float formats[DT_COUNT] = {
        [DT_F16] = {5, 10, 15, HAS_INF},     [DT_BF16] = {8, 7, 127, HAS_INF},    [DT_F8E4M3FN] = {4, 3, 7, FN},
        [DT_F8E4M3FNUZ] = {4, 3, 8, FNUZ},   [DT_F8E5M2] = {5, 2, 15, HAS_INF},   [DT_F8E5M2FNUZ] = {5, 2, 16, FNUZ},
        [DT_F4E2M1] = {2, 1, 1, SATURATED},
    };
    return &formats[t];
}

static double small_decode(const small_float *f, uint32_t bits) {
    uint32_t man_mask = (1u << f->mantissa) - 1, exp_mask = (1u << f->exponent) - 1;
    uint32_t man = bits & man_mask, exp = (bits >> f->mantissa) & exp_mask;
    bool negative = bits >> (f->mantissa + f->exponent) & 1;
    double sign = negative ? -1 : 1;
    if (f->special == HAS_INF && exp == exp_mask) return man ? (double)NAN : sign * (double)INFINITY;
    if (f->special == FN && exp == exp_mask && man == man_mask) return (double)NAN;
    if (f->special == FNUZ && negative && !exp && !man) return (double)NAN;
    if (!exp) return sign * ldexp(man, 1 - f->bias - f->mantissa);
    return sign * ldexp((double)(man | 1u << f->mantissa), (int)exp - f->bias - f->mantissa);
}

static uint32_t small_nan(const small_float *f, uint32_t sign) {
    if (f->special == FNUZ) return 1u << (f->mantissa + f->exponent);
    if (f->special == SATURATED) return sign;
    if (f->special == FN) return sign | ((1u << (f->mantissa + f->exponent)) - 1);
    return sign | ((1u << f->exponent) - 1) << f->mantissa | 1u << (f->mantissa - 1);
}

/* Round to nearest even; beyond the largest finite number f16, bf16 become infinite, the 8- and 4-bit types saturate or
 * become infinite or NaN, whichever they have. */
static uint32_t small_encode(const small_float *f, double v, bool saturate) {
    uint32_t sign = signbit(v) ? 1u << (f->mantissa + f->exponent) : 0;
    if (isnan(v)) return small_nan(f, sign);
    uint32_t inf = ((1u << f->exponent) - 1) << f->mantissa; /* also the first code past the finite ones with HAS_INF */
    uint32_t largest = f->special == HAS_INF ? inf - 1 : (1u << (f->mantissa + f->exponent)) - (f->special == FN ? 2 : 1);
    bool wide = f->mantissa + f->exponent == 15;
    double a = fabs(v);
    uint32_t code = largest + 1;
    if (!isinf(a)) {
        int e;
        frexp(a, &e);
        int shift = e - 1 < 1 - f->bias ? 1 - f->bias : e - 1; /* exponent of the unit before the point */
        double scaled = nearbyint(ldexp(a, f->mantissa - shift)); /* mantissa with its hidden bit */
        if (a == 0) scaled = 0;
        if (scaled < ldexp(1, f->mantissa)) code = (uint32_t)scaled; /* subnormal */
        else if (shift + f->bias < 1 << f->exponent)
            code = (uint32_t)((uint64_t)(shift + f->bias - 1) << f->mantissa) + (uint32_t)scaled;
    }
    if (code > largest) {
        if (!wide && !saturate && f->special != HAS_INF) return small_nan(f, sign);
        code = wide || (!saturate && f->special == HAS_INF) ? inf : largest;
    }
    if (f->special == FNUZ && code == 0) return 0;
    return sign | code;
}

/* f8e8m0: a power of two, rounded up, down or to nearest. */
static uint8_t encode_power(double x, const char *round_mode, bool saturate) {
    int e = 0;
    double m = frexp(fabs(x), &e); /* x = m * 2^e, m in [0.5, 1) */
    bool up = *round_mode == 'u' ? m > 0.5 : *round_mode == 'd' ? false : m >= 0.75;
    int code = e - 1 + 127 + up;
    if (isnan(x)) return 255;
    if (isinf(x) || code > 254) return saturate ? 254 : 255;
    if (x == 0 || code < 0) return saturate ? 0 : 255;
    return (uint8_t)code;
}

/* ---- element access ---- */

static uint32_t packed_bits(int bits, const void *data, int64_t index) {
    const uint8_t *bytes = data;
    int64_t bit = index * bits;
    return (uint32_t)(bytes[bit / 8] >> (bit % 8)) & ((1u << bits) - 1);
}

static void store_packed_bits(int bits, void *data, int64_t index, uint32_t x) {
    uint8_t *byte = (uint8_t *)data + index * bits / 8;
    int shift = (int)(index * bits % 8);
    uint32_t mask = ((1u << bits) - 1) << shift;
    *byte = (uint8_t)((*byte & ~mask) | (x << shift & mask));
}

static uint32_t raw_bits(int bits, const void *data, int64_t index) {
    if (bits == 16) return ((const uint16_t *)data)[index];
    if (bits == 8) return ((const uint8_t *)data)[index];
    return packed_bits(bits, data, index);
}

static void store_raw_bits(int bits, void *data, int64_t index, uint32_t x) {
    if (bits == 16) ((uint16_t *)data)[index] = (uint16_t)x;
    else if (bits == 8) ((uint8_t *)data)[index] = (uint8_t)x;
    else store_packed_bits(bits, data, index, x);
}

double dtype_load_float(dtype t, const void *data, int64_t index) {
    switch (t) {
    case DT_F32: return (double)((const float *)data)[index];
    case DT_F64: return ((const double *)data)[index];
    case DT_U64: return (double)((const uint64_t *)data)[index];
    case DT_C64: return (double)((const float *)data)[2 * index];
    case DT_C128: return ((const double *)data)[2 * index];
    case DT_F8E8M0: {
        uint8_t e = ((const uint8_t *)data)[index];
        return e == 255 ? (double)NAN : ldexp(1, e - 127);
    }
    default: break;
    }
    if (infos[t].kind == CLASS_FLOAT) return small_decode(small_float_of(t), raw_bits(infos[t].bits, data, index));
    return (double)dtype_load_int(t, data, index);
}

int64_t dtype_load_int(dtype t, const void *data, int64_t index) {
    switch (t) {
    case DT_I64: return ((const int64_t *)data)[index];
    case DT_U64: return (int64_t)((const uint64_t *)data)[index];
    case DT_I32: return ((const int32_t *)data)[index];
    case DT_U32: return ((const uint32_t *)data)[index];
    case DT_I16: return ((const int16_t *)data)[index];
    case DT_U16: return ((const uint16_t *)data)[index];
    case DT_I8: return ((const int8_t *)data)[index];
    case DT_U8: return ((const uint8_t *)data)[index];
    case DT_BOOL: return ((const uint8_t *)data)[index] != 0;
    case DT_U4:
    case DT_U2: return packed_bits(infos[t].bits, data, index);
    case DT_I4:
    case DT_I2: {
        int bits = infos[t].bits, v = (int)packed_bits(bits, data, index);
        return v >= 1 << (bits - 1) ? v - (1 << bits) : v;
    }
    case DT_STRING: return 0;
    default: {
        double v = dtype_load_float(t, data, index);
        if (isnan(v)) return 0;
        return v >= 0x1p63 ? INT64_MAX : v < -0x1p63 ? INT64_MIN : (int64_t)v;
    }
    }
}

void dtype_store_float(dtype t, void *data, int64_t index, double x) {
    switch (t) {
    case DT_F32: ((float *)data)[index] = (float)x; return;
    case DT_F64: ((double *)data)[index] = x; return;
    case DT_C64:
        ((float *)data)[2 * index] = (float)x;
        ((float *)data)[2 * index + 1] = 0;
        return;
    case DT_C128:
        ((double *)data)[2 * index] = x;
        ((double *)data)[2 * index + 1] = 0;
        return;
    case DT_BOOL: ((uint8_t *)data)[index] = x != 0; return;
    case DT_F8E8M0: ((uint8_t *)data)[index] = encode_power(x, "nearest", true); return;
    default: break;
    }
    if (infos[t].kind == CLASS_FLOAT) {
        store_raw_bits(infos[t].bits, data, index, small_encode(small_float_of(t), x, true));
        return;
    }
    int64_t whole = isnan(x) ? 0 : x >= 0x1p64 ? INT64_MAX : x >= 0x1p63 ? (int64_t)(uint64_t)x : x < -0x1p63 ? INT64_MIN : (int64_t)x;
    dtype_store_int(t, data, index, whole);
}

void dtype_store_cast(dtype t, void *data, int64_t index, double x, const char *round_mode, bool saturate) {
    if (t == DT_F8E8M0) ((uint8_t *)data)[index] = encode_power(x, round_mode, saturate);
    else if (infos[t].kind == CLASS_FLOAT && infos[t].bits <= 8)
        store_raw_bits(infos[t].bits, data, index, small_encode(small_float_of(t), x, saturate));
    else dtype_store_float(t, data, index, x);
}

void dtype_store_int(dtype t, void *data, int64_t index, int64_t x) {
    switch (infos[t].kind) {
    case CLASS_BOOL: ((uint8_t *)data)[index] = x != 0; return;
    case CLASS_INT:
    case CLASS_UINT: break;
    case CLASS_STRING:
    case CLASS_NONE: return; /* no number, of a model that mixes types up */
    default: dtype_store_float(t, data, index, (double)x); return;
    }
    switch (infos[t].bits) {
    case 64: ((uint64_t *)data)[index] = (uint64_t)x; return;
    case 32: ((uint32_t *)data)[index] = (uint32_t)x; return;
    default: store_raw_bits(infos[t].bits, data, index, (uint32_t)x); return;
    }
}

/* ---- tensor types ---- */

value_type type_tensor_dims(arena *a, dtype elem, int rank, const dim *dims) {
    value_type t = {.kind = TYPE_TENSOR, .elem = elem, .rank = rank};
    if (rank > 0) t.dims = arena_copy(a, dims, sizeof(dim) * (size_t)rank);
    return t;
}

value_type type_tensor(arena *a, dtype elem, int rank, const int64_t *dims) {
    dim d[IR_MAX_RANK];
    for (int i = 0; i < rank; i++) d[i] = dim_number(dims[i]);
    return type_tensor_dims(a, elem, rank, d);
}

bool type_is_static(const value_type *t) {
    if (t->kind != TYPE_TENSOR || t->rank < 0) return false;
    for (int i = 0; i < t->rank; i++)
        if (!dim_is_number(t->dims[i])) return false;
    return true;
}

bool type_is_bounded(const value_type *t) {
    if (t->kind != TYPE_TENSOR || t->rank < 0) return false;
    for (int i = 0; i < t->rank; i++)
        if (!dim_is_number(t->dims[i]) && !dim_is_open(t->dims[i])) return false;
    return true;
}

int64_t type_count(const value_type *t) {
    if (!type_is_bounded(t)) return -1;
    int64_t n = 1;
    for (int i = 0; i < t->rank; i++) n *= t->dims[i].size;
    return n;
}

int64_t type_size(const value_type *t, int axis) {
    if (axis < 0) axis += t->rank;
    if (axis < 0 || axis >= t->rank) return -1;
    return t->dims[axis].size;
}

bool type_same_shape(const value_type *x, const value_type *y) {
    if (x->rank != y->rank) return false;
    for (int i = 0; i < x->rank; i++)
        if (!dim_equal(x->dims[i], y->dims[i])) return false;
    return true;
}

bool type_equal(const value_type *x, const value_type *y) {
    if (x->kind != y->kind || x->elem != y->elem || !type_same_shape(x, y)) return false;
    if ((x->inner != NULL) != (y->inner != NULL)) return false;
    if (x->inner && !type_equal(x->inner, y->inner)) return false;
    const layout *l = &x->layout, *m = &y->layout;
    bool same_halo = l->top == m->top && l->left == m->left && l->bottom == m->bottom && l->right == m->right && l->fill == m->fill;
    return l->kind == m->kind && same_halo && l->narrow == m->narrow;
}

dtype type_stored(const value_type *t) { return t->layout.narrow != DT_NONE ? t->layout.narrow : t->elem; }

void type_print(FILE *f, const value_type *t) {
    static const char *const kinds[] = {"?", "", "sequence", "optional", "map"};
    if (t->kind != TYPE_TENSOR) {
        fputs(kinds[t->kind], f);
        if (!t->inner) return;
        fputc('<', f);
        if (t->kind == TYPE_MAP) fprintf(f, "%s,", infos[t->elem].name);
        type_print(f, t->inner);
        fputc('>', f);
        return;
    }
    fputs(infos[t->elem].name, f);
    if (t->rank < 0) {
        fputs("[*]", f);
        return;
    }
    fputc('[', f);
    for (int i = 0; i < t->rank; i++) {
        if (i) fputc(',', f);
        dim_print(f, t->dims[i]);
    }
    fputc(']', f);
    const layout *l = &t->layout;
    if (l->kind != LAYOUT_C16) return;
    fprintf(f, " @c16(%d,%d,%d,%d", l->top, l->left, l->bottom, l->right);
    if (l->fill) fprintf(f, ",%d", l->fill);
    if (l->narrow != DT_NONE) fprintf(f, ",%s", infos[l->narrow].name);
    fputc(')', f);
}

double constant_float(const constant *c, int64_t index) { return dtype_load_float(c->type.elem, c->data, index); }
int64_t constant_int(const constant *c, int64_t index) { return dtype_load_int(c->type.elem, c->data, index); }
