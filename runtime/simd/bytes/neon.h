/* v16i: 16 sums of 32 bits. b64: 64 bytes, four for each of them. */
typedef struct v16i {
    int32x4_t q[4];
} v16i;
typedef struct b64 {
    uint8x16_t q[4];
} b64;

CNNC_INLINE v16i v16i_load(const int32_t *p) {
    const v16i a = {{vld1q_s32(p), vld1q_s32(p + 4), vld1q_s32(p + 8), vld1q_s32(p + 12)}};
    return a;
}
CNNC_INLINE void v16i_store(int32_t *p, v16i a) {
    for (int i = 0; i < 4; i++) vst1q_s32(p + 4 * i, a.q[i]);
}
CNNC_INLINE v16 v16_from_i32(v16i a) {
    const v16 r = {{vcvtq_f32_s32(a.q[0]), vcvtq_f32_s32(a.q[1]), vcvtq_f32_s32(a.q[2]), vcvtq_f32_s32(a.q[3])}};
    return r;
}
CNNC_INLINE v16 v16_load_u8(const uint8_t *p) {
    const uint8x16_t all = vld1q_u8(p);
    const uint16x8_t low = vmovl_u8(vget_low_u8(all)), high = vmovl_u8(vget_high_u8(all));
    const v16 r = {{vcvtq_f32_u32(vmovl_u16(vget_low_u16(low))), vcvtq_f32_u32(vmovl_u16(vget_high_u16(low))),
                    vcvtq_f32_u32(vmovl_u16(vget_low_u16(high))), vcvtq_f32_u32(vmovl_u16(vget_high_u16(high)))}};
    return r;
}
/* Lanes are whole numbers from 0 to 255. */
CNNC_INLINE void v16_store_u8(uint8_t *p, v16 a) {
    const uint16x8_t low = vcombine_u16(vmovn_u32(vcvtq_u32_f32(a.q[0])), vmovn_u32(vcvtq_u32_f32(a.q[1])));
    const uint16x8_t high = vcombine_u16(vmovn_u32(vcvtq_u32_f32(a.q[2])), vmovn_u32(vcvtq_u32_f32(a.q[3])));
    vst1q_u8(p, vcombine_u8(vmovn_u16(low), vmovn_u16(high)));
}
CNNC_INLINE void v16_store_saturated(uint8_t *p, v16 a, int low, int high, int zero) {
    int16x8_t words[2];
    for (int i = 0; i < 2; i++) {
        words[i] = vcombine_s16(vqmovn_s32(vcvtnq_s32_f32(a.q[2 * i])), vqmovn_s32(vcvtnq_s32_f32(a.q[2 * i + 1])));
        words[i] = vqaddq_s16(words[i], vdupq_n_s16((int16_t)zero));
    }
    const uint8x16_t bytes = vcombine_u8(vqmovun_s16(words[0]), vqmovun_s16(words[1]));
    vst1q_u8(p, vminq_u8(vmaxq_u8(bytes, vdupq_n_u8((uint8_t)low)), vdupq_n_u8((uint8_t)high)));
}
/* 64 bytes: a, b, c and d to the nearest integer, halves to the even one, plus zero, within low and high (of 0 to 255). */
CNNC_INLINE void v16_store_4u8(uint8_t *p, v16 a, v16 b, v16 c, v16 d, int low, int high, int zero) {
    v16_store_saturated(p, a, low, high, zero);
    v16_store_saturated(p + 16, b, low, high, zero);
    v16_store_saturated(p + 32, c, low, high, zero);
    v16_store_saturated(p + 48, d, low, high, zero);
}

CNNC_INLINE b64 b64_load(const int8_t *p) {
    b64 r;
    for (int i = 0; i < 4; i++) r.q[i] = vreinterpretq_u8_s8(vld1q_s8(p + 16 * i));
    return r;
}
/* The same four bytes 16 times. */
CNNC_INLINE b64 b64_repeat(const uint8_t *p) {
    uint32_t four;
    memcpy(&four, p, sizeof four);
    const uint8x16_t all = vreinterpretq_u8_u32(vdupq_n_u32(four));
    const b64 r = {{all, all, all, all}};
    return r;
}
/* Four vectors of 16 bytes behind one another: byte i of each as the four of lane i. */
CNNC_INLINE b64 b64_columns(const uint8_t *p) {
    const uint8x16x4_t rows = {{vld1q_u8(p), vld1q_u8(p + 16), vld1q_u8(p + 32), vld1q_u8(p + 48)}};
    const uint16x8_t ab = vreinterpretq_u16_u8(vzip1q_u8(rows.val[0], rows.val[1])), cd = vreinterpretq_u16_u8(vzip1q_u8(rows.val[2], rows.val[3]));
    const uint16x8_t ef = vreinterpretq_u16_u8(vzip2q_u8(rows.val[0], rows.val[1])), gh = vreinterpretq_u16_u8(vzip2q_u8(rows.val[2], rows.val[3]));
    const b64 r = {{vreinterpretq_u8_u16(vzip1q_u16(ab, cd)), vreinterpretq_u8_u16(vzip2q_u16(ab, cd)), vreinterpretq_u8_u16(vzip1q_u16(ef, gh)),
                    vreinterpretq_u8_u16(vzip2q_u16(ef, gh))}};
    return r;
}
/* a * b + c, rounded once on every machine. */
CNNC_INLINE v16 v16_fma_exact(v16 a, v16 b, v16 c) { return v16_fma(a, b, c); }
/* w16: a word of 16 bits for each lane, what bytes become in Winograd's transforms. w32: two for each of them. Sums and products
 * of words and of v16i are modulo 2^16 and 2^32. */
typedef struct w16 {
    int16x8_t q[2];
} w16;
typedef struct w32 {
    int16x8_t q[4];
} w32;

CNNC_INLINE w16 w16_join(int16x8_t low, int16x8_t high) {
    const w16 r = {{low, high}};
    return r;
}
CNNC_INLINE w16 w16_load(const int16_t *p) { return w16_join(vld1q_s16(p), vld1q_s16(p + 8)); }
CNNC_INLINE void w16_store(int16_t *p, w16 a) {
    vst1q_s16(p, a.q[0]);
    vst1q_s16(p + 8, a.q[1]);
}
CNNC_INLINE w16 w16_load_u8(const uint8_t *p) {
    const uint8x16_t all = vld1q_u8(p);
    return w16_join(vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(all))), vreinterpretq_s16_u16(vmovl_u8(vget_high_u8(all))));
}
CNNC_INLINE w16 w16_zero(void) { return w16_join(vdupq_n_s16(0), vdupq_n_s16(0)); }
CNNC_INLINE w16 w16_add(w16 a, w16 b) { return w16_join(vaddq_s16(a.q[0], b.q[0]), vaddq_s16(a.q[1], b.q[1])); }
CNNC_INLINE w16 w16_sub(w16 a, w16 b) { return w16_join(vsubq_s16(a.q[0], b.q[0]), vsubq_s16(a.q[1], b.q[1])); }
CNNC_INLINE w16 w16_mul(w16 a, int b) { return w16_join(vmulq_n_s16(a.q[0], (int16_t)b), vmulq_n_s16(a.q[1], (int16_t)b)); }
CNNC_INLINE w32 w32_load(const int16_t *p) {
    const w32 r = {{vld1q_s16(p), vld1q_s16(p + 8), vld1q_s16(p + 16), vld1q_s16(p + 24)}};
    return r;
}
/* The same two words 16 times. */
CNNC_INLINE w32 w32_repeat(const int16_t *p) {
    uint32_t two;
    memcpy(&two, p, sizeof two);
    const int16x8_t all = vreinterpretq_s16_u32(vdupq_n_u32(two));
    const w32 r = {{all, all, all, all}};
    return r;
}
CNNC_INLINE v16i v16i_zero(void) {
    const int32x4_t zero = vdupq_n_s32(0);
    const v16i r = {{zero, zero, zero, zero}};
    return r;
}
CNNC_INLINE v16i v16i_add(v16i a, v16i b) {
    for (int i = 0; i < 4; i++) a.q[i] = vaddq_s32(a.q[i], b.q[i]);
    return a;
}
CNNC_INLINE v16i v16i_sub(v16i a, v16i b) {
    for (int i = 0; i < 4; i++) a.q[i] = vsubq_s32(a.q[i], b.q[i]);
    return a;
}
CNNC_INLINE v16i v16i_mul(v16i a, int b) {
    for (int i = 0; i < 4; i++) a.q[i] = vmulq_n_s32(a.q[i], b);
    return a;
}
CNNC_INLINE v16i v16i_max(v16i a, v16i b) {
    for (int i = 0; i < 4; i++) a.q[i] = vmaxq_s32(a.q[i], b.q[i]);
    return a;
}
/* By n bits, the sign's moving in. */
CNNC_INLINE v16i v16i_shift_right(v16i a, int n) {
    for (int i = 0; i < 4; i++) a.q[i] = vshlq_s32(a.q[i], vdupq_n_s32(-n));
    return a;
}
/* sum + the products of two words in each lane. */
CNNC_INLINE v16i v16i_dot_words(w32 a, w32 b, v16i sum) {
    for (int i = 0; i < 4; i++) {
        const int32x4_t low = vmull_s16(vget_low_s16(a.q[i]), vget_low_s16(b.q[i]));
        sum.q[i] = vaddq_s32(sum.q[i], vpaddq_s32(low, vmull_high_s16(a.q[i], b.q[i])));
    }
    return sum;
}
