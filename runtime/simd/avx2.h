/* v16: 16 float lanes in two AVX registers. */
typedef struct v16 {
    __m256 lo, hi;
} v16;
typedef v16 m16; /* all bits of a lane, or none */

CNNC_INLINE v16 v16_join(__m256 lo, __m256 hi) {
    const v16 r = {lo, hi};
    return r;
}
CNNC_INLINE v16 v16_zero(void) { return v16_join(_mm256_setzero_ps(), _mm256_setzero_ps()); }
CNNC_INLINE v16 v16_set(float x) { return v16_join(_mm256_set1_ps(x), _mm256_set1_ps(x)); }
CNNC_INLINE v16 v16_load(const float *p) { return v16_join(_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)); }
CNNC_INLINE void v16_store(float *p, v16 a) {
    _mm256_storeu_ps(p, a.lo);
    _mm256_storeu_ps(p + 8, a.hi);
}
/* Narrow numbers, widened. */
CNNC_INLINE __m256 v16_load_bf16_half(const uint16_t *p) {
    const __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(const void *)p));
    return _mm256_castsi256_ps(_mm256_slli_epi32(wide, 16));
}
CNNC_INLINE v16 v16_load_bf16(const uint16_t *p) { return v16_join(v16_load_bf16_half(p), v16_load_bf16_half(p + 8)); }
CNNC_INLINE v16 v16_load_f16(const uint16_t *p) {
    return v16_join(_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(const void *)p)),
                    _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(const void *)(p + 8))));
}
/* As float16 has them, to nearest even. */
CNNC_INLINE __m256 v16_round_f16_half(__m256 a) { return _mm256_cvtph_ps(_mm256_cvtps_ph(a, _MM_FROUND_TO_NEAREST_INT)); }
CNNC_INLINE v16 v16_round_f16(v16 a) { return v16_join(v16_round_f16_half(a.lo), v16_round_f16_half(a.hi)); }
CNNC_INLINE v16 v16_load_i8(const int8_t *p) {
    return v16_join(_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)p))),
                    _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)(p + 8)))));
}
/* Which of the 8 lanes from `from` on are below n. */
CNNC_INLINE __m256i v16_lanes(int n, int from) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n - from), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
/* The first n lanes; the others are zero, or stay unwritten. */
CNNC_INLINE v16 v16_load_n(const float *p, int n) {
    return v16_join(_mm256_maskload_ps(p, v16_lanes(n, 0)), _mm256_maskload_ps(p + 8, v16_lanes(n, 8)));
}
CNNC_INLINE void v16_store_n(float *p, v16 a, int n) {
    _mm256_maskstore_ps(p, v16_lanes(n, 0), a.lo);
    _mm256_maskstore_ps(p + 8, v16_lanes(n, 8), a.hi);
}

CNNC_INLINE v16 v16_fma(v16 a, v16 b, v16 c) { /* a * b + c */
    return v16_join(_mm256_fmadd_ps(a.lo, b.lo, c.lo), _mm256_fmadd_ps(a.hi, b.hi, c.hi));
}
CNNC_INLINE v16 v16_add(v16 a, v16 b) {
    return v16_join(_mm256_add_ps(a.lo, b.lo), _mm256_add_ps(a.hi, b.hi));
}
CNNC_INLINE v16 v16_sub(v16 a, v16 b) {
    return v16_join(_mm256_sub_ps(a.lo, b.lo), _mm256_sub_ps(a.hi, b.hi));
}
CNNC_INLINE v16 v16_mul(v16 a, v16 b) {
    return v16_join(_mm256_mul_ps(a.lo, b.lo), _mm256_mul_ps(a.hi, b.hi));
}
CNNC_INLINE v16 v16_div(v16 a, v16 b) {
    return v16_join(_mm256_div_ps(a.lo, b.lo), _mm256_div_ps(a.hi, b.hi));
}
CNNC_INLINE v16 v16_max(v16 a, v16 b) { /* b where either is NaN */
    return v16_join(_mm256_max_ps(a.lo, b.lo), _mm256_max_ps(a.hi, b.hi));
}
CNNC_INLINE v16 v16_min(v16 a, v16 b) {
    return v16_join(_mm256_min_ps(a.lo, b.lo), _mm256_min_ps(a.hi, b.hi));
}
CNNC_INLINE v16 v16_sqrt(v16 a) { return v16_join(_mm256_sqrt_ps(a.lo), _mm256_sqrt_ps(a.hi)); }
CNNC_INLINE v16 v16_abs(v16 a) {
    const __m256 sign = _mm256_set1_ps(-0.0f);
    return v16_join(_mm256_andnot_ps(sign, a.lo), _mm256_andnot_ps(sign, a.hi));
}
CNNC_INLINE v16 v16_floor(v16 a) { return v16_join(_mm256_floor_ps(a.lo), _mm256_floor_ps(a.hi)); }
CNNC_INLINE v16 v16_round(v16 a) {
    return v16_join(_mm256_round_ps(a.lo, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC),
                    _mm256_round_ps(a.hi, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
CNNC_INLINE __m256 v16_power(__m256i n) { /* 2^n for -126 <= n <= 127 */
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(n, _mm256_set1_epi32(127)), 23));
}
CNNC_INLINE __m256 v16_scale_half(__m256 a, __m256 n) { /* in two steps, for 2^n itself need not be a float */
    const __m256 bounded = _mm256_max_ps(_mm256_min_ps(n, _mm256_set1_ps(250.0f)), _mm256_set1_ps(-250.0f));
    const __m256i whole = _mm256_cvtps_epi32(bounded), half = _mm256_srai_epi32(whole, 1);
    return _mm256_mul_ps(_mm256_mul_ps(a, v16_power(half)), v16_power(_mm256_sub_epi32(whole, half)));
}
CNNC_INLINE v16 v16_scale(v16 a, v16 n) { /* a * 2^n, n whole */
    return v16_join(v16_scale_half(a.lo, n.lo), v16_scale_half(a.hi, n.hi));
}

CNNC_INLINE m16 v16_lt(v16 a, v16 b) {
    return v16_join(_mm256_cmp_ps(a.lo, b.lo, _CMP_LT_OQ), _mm256_cmp_ps(a.hi, b.hi, _CMP_LT_OQ));
}
CNNC_INLINE m16 v16_le(v16 a, v16 b) {
    return v16_join(_mm256_cmp_ps(a.lo, b.lo, _CMP_LE_OQ), _mm256_cmp_ps(a.hi, b.hi, _CMP_LE_OQ));
}
CNNC_INLINE m16 v16_eq(v16 a, v16 b) {
    return v16_join(_mm256_cmp_ps(a.lo, b.lo, _CMP_EQ_OQ), _mm256_cmp_ps(a.hi, b.hi, _CMP_EQ_OQ));
}
CNNC_INLINE v16 v16_select(m16 m, v16 yes, v16 no) {
    return v16_join(_mm256_blendv_ps(no.lo, yes.lo, m.lo), _mm256_blendv_ps(no.hi, yes.hi, m.hi));
}

CNNC_INLINE float v16_sum(v16 a) {
    const __m256 s = _mm256_add_ps(a.lo, a.hi);
    const __m128 q = _mm_add_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1));
    const __m128 d = _mm_add_ps(q, _mm_movehl_ps(q, q));
    return _mm_cvtss_f32(_mm_add_ss(d, _mm_movehdup_ps(d)));
}
CNNC_INLINE float v16_hmax(v16 a) {
    const __m256 s = _mm256_max_ps(a.lo, a.hi);
    const __m128 q = _mm_max_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1));
    const __m128 d = _mm_max_ps(q, _mm_movehl_ps(q, q));
    return _mm_cvtss_f32(_mm_max_ss(d, _mm_movehdup_ps(d)));
}
