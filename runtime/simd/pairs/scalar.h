/* h32: 32 bf16, two for each lane of a v16. */
typedef struct h32 {
    uint16_t number[32];
} h32;

CNNC_INLINE h32 h32_load(const uint16_t *p) {
    h32 r;
    memcpy(r.number, p, sizeof r.number);
    return r;
}
/* The same two 16 times. */
CNNC_INLINE h32 h32_repeat(const uint16_t *p) {
    h32 r;
    for (int i = 0; i < 32; i++) r.number[i] = p[i % 2];
    return r;
}

CNNC_INLINE float h32_float(h32 a, int i) {
    const uint32_t bits = (uint32_t)a.number[i] << 16;
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}
/* sum + the products of two pairs in each lane. */
CNNC_INLINE v16 v16_dot(h32 a, h32 b, v16 sum) {
    for (int i = 0; i < 16; i++) {
        const float even = h32_float(a, 2 * i) * h32_float(b, 2 * i), odd = h32_float(a, 2 * i + 1) * h32_float(b, 2 * i + 1);
        sum.lane[i] = sum.lane[i] + even + odd;
    }
    return sum;
}
/* To nearest even; NaN stays NaN. */
CNNC_INLINE void v16_store_bf16(uint16_t *p, v16 a) {
    for (int i = 0; i < 16; i++) {
        uint32_t bits;
        memcpy(&bits, &a.lane[i], sizeof bits);
        p[i] = (uint16_t)(a.lane[i] != a.lane[i] ? bits >> 16 | 0x40u : (bits + 0x7fffu + (bits >> 16 & 1)) >> 16);
    }
}
