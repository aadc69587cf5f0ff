CNNC_INLINE int32x4_t v16i_dot_quarter(int32x4_t sum, uint8x16_t u, uint8x16_t s) {
    const int8x16_t x = vreinterpretq_s8_u8(veorq_u8(u, vdupq_n_u8(128))), weights = vreinterpretq_s8_u8(s);
    const int32x4_t low = vpaddlq_s16(vmull_s8(vget_low_s8(x), vget_low_s8(weights))), high = vpaddlq_s16(vmull_high_s8(x, weights));
    return vaddq_s32(sum, vpaddq_s32(low, high));
}
/* sum + the products of four unsigned bytes, 128 less each, and four signed ones in each lane. */
CNNC_INLINE v16i v16i_dot(v16i sum, b64 u, b64 s) {
    for (int i = 0; i < 4; i++) sum.q[i] = v16i_dot_quarter(sum.q[i], u.q[i], s.q[i]);
    return sum;
}
