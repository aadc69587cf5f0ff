/* h32: 32 bf16, two for each lane of a v16. */
typedef struct h32 {
    uint16x8_t q[4];
} h32;

CNNC_INLINE h32 h32_load(const uint16_t *p) {
    const h32 r = {{vld1q_u16(p), vld1q_u16(p + 8), vld1q_u16(p + 16), vld1q_u16(p + 24)}};
    return r;
}
/* The same two 16 times. */
CNNC_INLINE h32 h32_repeat(const uint16_t *p) {
    uint32_t two;
    memcpy(&two, p, sizeof two);
    const uint16x8_t all = vreinterpretq_u16_u32(vdupq_n_u32(two));
    const h32 r = {{all, all, all, all}};
    return r;
}

CNNC_INLINE float32x4_t v16_dot_quarter(uint16x8_t a, uint16x8_t b, float32x4_t sum) {
    __asm__("bfdot %0.4s, %1.8h, %2.8h" : "+w"(sum) : "w"(a), "w"(b));
    return sum;
}
/* sum + the products of two pairs in each lane. */
CNNC_INLINE v16 v16_dot(h32 a, h32 b, v16 sum) {
    for (int i = 0; i < 4; i++) sum.q[i] = v16_dot_quarter(a.q[i], b.q[i], sum.q[i]);
    return sum;
}

CNNC_INLINE uint16x8_t v16_upper_half(float32x4_t low, float32x4_t high) {
    uint16x8_t r;
    __asm__("bfcvtn %0.4h, %1.4s\n\tbfcvtn2 %0.8h, %2.4s" : "=&w"(r) : "w"(low), "w"(high));
    return r;
}
/* To nearest even; NaN stays NaN. */
CNNC_INLINE void v16_store_bf16(uint16_t *p, v16 a) {
    vst1q_u16(p, v16_upper_half(a.q[0], a.q[1]));
    vst1q_u16(p + 8, v16_upper_half(a.q[2], a.q[3]));
}
