/* v16: 16 float lanes in plain C11. */
typedef struct v16 {
    float lane[16];
} v16;
typedef struct m16 {
    unsigned char lane[16];
} m16; /* 1 or 0 a lane */

CNNC_INLINE v16 v16_set(float x) {
    v16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = x;
    return r;
}
CNNC_INLINE v16 v16_zero(void) { return v16_set(0.0f); }
CNNC_INLINE v16 v16_load(const float *p) {
    v16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = p[i];
    return r;
}
CNNC_INLINE void v16_store(float *p, v16 a) {
    for (int i = 0; i < 16; i++) p[i] = a.lane[i];
}
/* Narrow numbers, widened. */
CNNC_INLINE v16 v16_load_bf16(const uint16_t *p) {
    v16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = load_bf16(p, i);
    return r;
}
CNNC_INLINE v16 v16_load_f16(const uint16_t *p) {
    v16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = load_f16(p, i);
    return r;
}
/* As float16 has them, to nearest even. */
CNNC_INLINE v16 v16_round_f16(v16 a) {
    v16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = round_f16(a.lane[i]);
    return r;
}
CNNC_INLINE v16 v16_load_i8(const int8_t *p) {
    v16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = (float)p[i];
    return r;
}
/* The first n lanes; the others are zero, or stay unwritten. */
CNNC_INLINE v16 v16_load_n(const float *p, int n) {
    v16 r = v16_zero();
    for (int i = 0; i < n; i++) r.lane[i] = p[i];
    return r;
}
CNNC_INLINE void v16_store_n(float *p, v16 a, int n) {
    for (int i = 0; i < n; i++) p[i] = a.lane[i];
}

CNNC_INLINE v16 v16_add(v16 a, v16 b) {
    v16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = a.lane[i] + b.lane[i];
    return r;
}
CNNC_INLINE v16 v16_sub(v16 a, v16 b) {
    v16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = a.lane[i] - b.lane[i];
    return r;
}
CNNC_INLINE v16 v16_mul(v16 a, v16 b) {
    v16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = a.lane[i] * b.lane[i];
    return r;
}
CNNC_INLINE v16 v16_div(v16 a, v16 b) {
    v16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = a.lane[i] / b.lane[i];
    return r;
}
CNNC_INLINE v16 v16_sqrt(v16 a) {
    v16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = sqrtf(a.lane[i]);
    return r;
}
CNNC_INLINE v16 v16_abs(v16 a) {
    v16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = fabsf(a.lane[i]);
    return r;
}

CNNC_INLINE m16 v16_lt(v16 a, v16 b) {
    m16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = a.lane[i] < b.lane[i];
    return r;
}
CNNC_INLINE m16 v16_le(v16 a, v16 b) {
    m16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = a.lane[i] <= b.lane[i];
    return r;
}
CNNC_INLINE m16 v16_eq(v16 a, v16 b) {
    m16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = a.lane[i] == b.lane[i];
    return r;
}

/* Halves are added until one number is left; all machines do it in this order. */
CNNC_INLINE float v16_sum(v16 a) {
    for (int n = 8; n > 0; n /= 2)
        for (int i = 0; i < n; i++) a.lane[i] += a.lane[i + n];
    return a.lane[0];
}
