CNNC_INLINE int32x4_t v16i_dot_quarter(int32x4_t sum, uint8x16_t u, int8x16_t s) {
    const int16x8_t ul = vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(u))), uh = vreinterpretq_s16_u16(vmovl_u8(vget_high_u8(u)));
    const int16x8_t sl = vmovl_s8(vget_low_s8(s)), sh = vmovl_s8(vget_high_s8(s));
    const int32x4_t first = vpaddq_s32(vmull_s16(vget_low_s16(ul), vget_low_s16(sl)), vmull_high_s16(ul, sl));
    const int32x4_t second = vpaddq_s32(vmull_s16(vget_low_s16(uh), vget_low_s16(sh)), vmull_high_s16(uh, sh));
    return vaddq_s32(sum, vpaddq_s32(first, second));
}
/* sum + the products of four unsigned and four signed bytes in each lane. */
CNNC_INLINE v16i v16i_dot(v16i sum, b64 u, b64 s) {
    for (int i = 0; i < 4; i++) sum.q[i] = v16i_dot_quarter(sum.q[i], u.q[i], vreinterpretq_s8_u8(s.q[i]));
    return sum;
}
