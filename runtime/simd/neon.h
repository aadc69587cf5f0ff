/* v16: 16 float lanes in four NEON registers. */
typedef struct v16 {
    float32x4_t q[4];
} v16;
typedef struct m16 {
    uint32x4_t q[4];
} m16; /* all bits of a lane, or none */

CNNC_INLINE v16 v16_set(float x) {
    const float32x4_t r = vdupq_n_f32(x);
    const v16 a = {{r, r, r, r}};
    return a;
}
CNNC_INLINE v16 v16_zero(void) { return v16_set(0.0f); }
CNNC_INLINE v16 v16_load(const float *p) {
    const v16 a = {{vld1q_f32(p), vld1q_f32(p + 4), vld1q_f32(p + 8), vld1q_f32(p + 12)}};
    return a;
}
CNNC_INLINE void v16_store(float *p, v16 a) {
    vst1q_f32(p, a.q[0]);
    vst1q_f32(p + 4, a.q[1]);
    vst1q_f32(p + 8, a.q[2]);
    vst1q_f32(p + 12, a.q[3]);
}
/* Narrow numbers, widened. */
CNNC_INLINE float32x4_t v16_load_bf16_quarter(const uint16_t *p) { return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(p), 16)); }
CNNC_INLINE v16 v16_load_bf16(const uint16_t *p) {
    const v16 a = {{v16_load_bf16_quarter(p), v16_load_bf16_quarter(p + 4), v16_load_bf16_quarter(p + 8), v16_load_bf16_quarter(p + 12)}};
    return a;
}
CNNC_INLINE float32x4_t v16_load_f16_quarter(const uint16_t *p) { return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p))); }
CNNC_INLINE v16 v16_load_f16(const uint16_t *p) {
    const v16 a = {{v16_load_f16_quarter(p), v16_load_f16_quarter(p + 4), v16_load_f16_quarter(p + 8), v16_load_f16_quarter(p + 12)}};
    return a;
}
/* As float16 has them, to nearest even. */
CNNC_INLINE v16 v16_round_f16(v16 a) {
    const v16 r = {{vcvt_f32_f16(vcvt_f16_f32(a.q[0])), vcvt_f32_f16(vcvt_f16_f32(a.q[1])), vcvt_f32_f16(vcvt_f16_f32(a.q[2])),
                    vcvt_f32_f16(vcvt_f16_f32(a.q[3]))}};
    return r;
}
CNNC_INLINE v16 v16_load_i8(const int8_t *p) {
    const int8x16_t all = vld1q_s8(p);
    const int16x8_t low = vmovl_s8(vget_low_s8(all)), high = vmovl_s8(vget_high_s8(all));
    const v16 a = {{vcvtq_f32_s32(vmovl_s16(vget_low_s16(low))), vcvtq_f32_s32(vmovl_s16(vget_high_s16(low))),
                    vcvtq_f32_s32(vmovl_s16(vget_low_s16(high))), vcvtq_f32_s32(vmovl_s16(vget_high_s16(high)))}};
    return a;
}
/* The first n lanes; the others are zero, or stay unwritten. */
CNNC_INLINE v16 v16_load_n(const float *p, int n) {
    float lane[16] = {0};
    for (int i = 0; i < n; i++) lane[i] = p[i];
    return v16_load(lane);
}
CNNC_INLINE void v16_store_n(float *p, v16 a, int n) {
    float lane[16];
    v16_store(lane, a);
    for (int i = 0; i < n; i++) p[i] = lane[i];
}

CNNC_INLINE v16 v16_fma(v16 a, v16 b, v16 c) { /* a * b + c */
    const v16 r = {{vfmaq_f32(c.q[0], a.q[0], b.q[0]), vfmaq_f32(c.q[1], a.q[1], b.q[1]),
                    vfmaq_f32(c.q[2], a.q[2], b.q[2]), vfmaq_f32(c.q[3], a.q[3], b.q[3])}};
    return r;
}
CNNC_INLINE v16 v16_add(v16 a, v16 b) {
    const v16 r = {{vaddq_f32(a.q[0], b.q[0]), vaddq_f32(a.q[1], b.q[1]), vaddq_f32(a.q[2], b.q[2]), vaddq_f32(a.q[3], b.q[3])}};
    return r;
}
CNNC_INLINE v16 v16_sub(v16 a, v16 b) {
    const v16 r = {{vsubq_f32(a.q[0], b.q[0]), vsubq_f32(a.q[1], b.q[1]), vsubq_f32(a.q[2], b.q[2]), vsubq_f32(a.q[3], b.q[3])}};
    return r;
}
CNNC_INLINE v16 v16_mul(v16 a, v16 b) {
    const v16 r = {{vmulq_f32(a.q[0], b.q[0]), vmulq_f32(a.q[1], b.q[1]), vmulq_f32(a.q[2], b.q[2]), vmulq_f32(a.q[3], b.q[3])}};
    return r;
}
CNNC_INLINE v16 v16_div(v16 a, v16 b) {
    const v16 r = {{vdivq_f32(a.q[0], b.q[0]), vdivq_f32(a.q[1], b.q[1]), vdivq_f32(a.q[2], b.q[2]), vdivq_f32(a.q[3], b.q[3])}};
    return r;
}
CNNC_INLINE v16 v16_sqrt(v16 a) {
    const v16 r = {{vsqrtq_f32(a.q[0]), vsqrtq_f32(a.q[1]), vsqrtq_f32(a.q[2]), vsqrtq_f32(a.q[3])}};
    return r;
}
CNNC_INLINE v16 v16_abs(v16 a) {
    const v16 r = {{vabsq_f32(a.q[0]), vabsq_f32(a.q[1]), vabsq_f32(a.q[2]), vabsq_f32(a.q[3])}};
    return r;
}
CNNC_INLINE v16 v16_floor(v16 a) {
    const v16 r = {{vrndmq_f32(a.q[0]), vrndmq_f32(a.q[1]), vrndmq_f32(a.q[2]), vrndmq_f32(a.q[3])}};
    return r;
}
CNNC_INLINE v16 v16_round(v16 a) {
    const v16 r = {{vrndnq_f32(a.q[0]), vrndnq_f32(a.q[1]), vrndnq_f32(a.q[2]), vrndnq_f32(a.q[3])}};
    return r;
}
CNNC_INLINE float32x4_t v16_power(int32x4_t n) { /* 2^n for -126 <= n <= 127 */
    return vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(n, vdupq_n_s32(127)), 23));
}
CNNC_INLINE float32x4_t v16_scale_quarter(float32x4_t a, float32x4_t n) { /* in two steps, for 2^n itself need not be a float */
    const int32x4_t whole = vcvtnq_s32_f32(vmaxq_f32(vminq_f32(n, vdupq_n_f32(250.0f)), vdupq_n_f32(-250.0f)));
    const int32x4_t half = vshrq_n_s32(whole, 1);
    return vmulq_f32(vmulq_f32(a, v16_power(half)), v16_power(vsubq_s32(whole, half)));
}
CNNC_INLINE v16 v16_scale(v16 a, v16 b) { /* a * 2^b, b whole */
    const v16 r = {{v16_scale_quarter(a.q[0], b.q[0]), v16_scale_quarter(a.q[1], b.q[1]), v16_scale_quarter(a.q[2], b.q[2]), v16_scale_quarter(a.q[3], b.q[3])}};
    return r;
}

CNNC_INLINE m16 v16_lt(v16 a, v16 b) {
    const m16 r = {{vcltq_f32(a.q[0], b.q[0]), vcltq_f32(a.q[1], b.q[1]), vcltq_f32(a.q[2], b.q[2]), vcltq_f32(a.q[3], b.q[3])}};
    return r;
}
CNNC_INLINE m16 v16_le(v16 a, v16 b) {
    const m16 r = {{vcleq_f32(a.q[0], b.q[0]), vcleq_f32(a.q[1], b.q[1]), vcleq_f32(a.q[2], b.q[2]), vcleq_f32(a.q[3], b.q[3])}};
    return r;
}
CNNC_INLINE m16 v16_eq(v16 a, v16 b) {
    const m16 r = {{vceqq_f32(a.q[0], b.q[0]), vceqq_f32(a.q[1], b.q[1]), vceqq_f32(a.q[2], b.q[2]), vceqq_f32(a.q[3], b.q[3])}};
    return r;
}
CNNC_INLINE v16 v16_select(m16 m, v16 yes, v16 no) {
    const v16 r = {{vbslq_f32(m.q[0], yes.q[0], no.q[0]), vbslq_f32(m.q[1], yes.q[1], no.q[1]),
                    vbslq_f32(m.q[2], yes.q[2], no.q[2]), vbslq_f32(m.q[3], yes.q[3], no.q[3])}};
    return r;
}

CNNC_INLINE float v16_sum(v16 a) {
    const float32x4_t q = vaddq_f32(vaddq_f32(a.q[0], a.q[2]), vaddq_f32(a.q[1], a.q[3]));
    const float32x2_t d = vadd_f32(vget_low_f32(q), vget_high_f32(q));
    return vget_lane_f32(d, 0) + vget_lane_f32(d, 1);
}
CNNC_INLINE float v16_hmax(v16 a) {
    return vmaxvq_f32(vmaxq_f32(vmaxq_f32(a.q[0], a.q[1]), vmaxq_f32(a.q[2], a.q[3])));
}
