/* q128: 128 numbers from -8 to 7, eight for each lane of a v16, the first in its lowest four bits. */
typedef struct q128 {
    int32x4_t q[4];
} q128;

CNNC_INLINE q128 q128_load(const uint8_t *p) {
    q128 r;
    for (int i = 0; i < 4; i++) r.q[i] = vreinterpretq_s32_u8(vld1q_u8(p + 16 * i));
    return r;
}
/* Number i of each lane. */
CNNC_INLINE v16 q128_number(q128 a, int i) {
    const int32x4_t up = vdupq_n_s32(28 - 4 * i);
    v16 r;
    for (int k = 0; k < 4; k++) r.q[k] = vcvtq_f32_s32(vshrq_n_s32(vshlq_s32(a.q[k], up), 28));
    return r;
}
