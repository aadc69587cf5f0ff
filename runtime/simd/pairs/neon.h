/* h32: 32 bf16, two for each lane of a v16, widened. */
typedef struct h32 {
    v16 even, odd;
} h32;

CNNC_INLINE float32x4_t h32_even(uint32x4_t pairs) { return vreinterpretq_f32_u32(vshlq_n_u32(pairs, 16)); }
CNNC_INLINE float32x4_t h32_odd(uint32x4_t pairs) { return vreinterpretq_f32_u32(vandq_u32(pairs, vdupq_n_u32(0xffff0000u))); }
CNNC_INLINE h32 h32_load(const uint16_t *p) {
    h32 r;
    for (int i = 0; i < 4; i++) {
        const uint32x4_t pairs = vreinterpretq_u32_u16(vld1q_u16(p + 8 * i));
        r.even.q[i] = h32_even(pairs);
        r.odd.q[i] = h32_odd(pairs);
    }
    return r;
}
/* The same two 16 times. */
CNNC_INLINE h32 h32_repeat(const uint16_t *p) {
    uint32_t two;
    memcpy(&two, p, sizeof two);
    const float32x4_t even = h32_even(vdupq_n_u32(two)), odd = h32_odd(vdupq_n_u32(two));
    const h32 r = {{{even, even, even, even}}, {{odd, odd, odd, odd}}};
    return r;
}
/* sum + the products of two pairs in each lane. */
CNNC_INLINE v16 v16_dot(h32 a, h32 b, v16 sum) { return v16_fma(a.odd, b.odd, v16_fma(a.even, b.even, sum)); }
/* To nearest even; NaN stays NaN. */
CNNC_INLINE uint16x4_t v16_upper_quarter(float32x4_t a) {
    const uint32x4_t bits = vreinterpretq_u32_f32(a), last = vandq_u32(vshrq_n_u32(bits, 16), vdupq_n_u32(1));
    const uint32x4_t rounded = vaddq_u32(bits, vaddq_u32(last, vdupq_n_u32(0x7fff)));
    const uint32x4_t quiet = vorrq_u32(bits, vdupq_n_u32(0x400000));
    return vshrn_n_u32(vbslq_u32(vceqq_f32(a, a), rounded, quiet), 16);
}
CNNC_INLINE void v16_store_bf16(uint16_t *p, v16 a) {
    for (int i = 0; i < 4; i++) vst1_u16(p + 4 * i, v16_upper_quarter(a.q[i]));
}
