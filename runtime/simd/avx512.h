/* v16: 16 float lanes in one AVX-512 register. */
typedef __m512 v16;
typedef __mmask16 m16; /* one bit a lane */

CNNC_INLINE v16 v16_zero(void) { return _mm512_setzero_ps(); }
CNNC_INLINE v16 v16_set(float x) { return _mm512_set1_ps(x); }
CNNC_INLINE v16 v16_load(const float *p) { return _mm512_loadu_ps(p); }
CNNC_INLINE void v16_store(float *p, v16 a) { _mm512_storeu_ps(p, a); }
/* Narrow numbers, widened. */
CNNC_INLINE v16 v16_load_bf16(const uint16_t *p) {
    const __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(const void *)p));
    return _mm512_castsi512_ps(_mm512_slli_epi32(wide, 16));
}
CNNC_INLINE v16 v16_load_f16(const uint16_t *p) { return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(const void *)p)); }
/* As float16 has them, to nearest even. */
CNNC_INLINE v16 v16_round_f16(v16 a) { return _mm512_cvtph_ps(_mm512_cvtps_ph(a, _MM_FROUND_TO_NEAREST_INT)); }
CNNC_INLINE v16 v16_load_i8(const int8_t *p) {
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)(const void *)p)));
}
/* The first n lanes; the others are zero, or stay unwritten. */
CNNC_INLINE v16 v16_load_n(const float *p, int n) { return _mm512_maskz_loadu_ps((m16)((1u << n) - 1u), p); }
CNNC_INLINE void v16_store_n(float *p, v16 a, int n) { _mm512_mask_storeu_ps(p, (m16)((1u << n) - 1u), a); }

CNNC_INLINE v16 v16_fma(v16 a, v16 b, v16 c) { return _mm512_fmadd_ps(a, b, c); } /* a * b + c */
CNNC_INLINE v16 v16_add(v16 a, v16 b) { return _mm512_add_ps(a, b); }
CNNC_INLINE v16 v16_sub(v16 a, v16 b) { return _mm512_sub_ps(a, b); }
CNNC_INLINE v16 v16_mul(v16 a, v16 b) { return _mm512_mul_ps(a, b); }
CNNC_INLINE v16 v16_div(v16 a, v16 b) { return _mm512_div_ps(a, b); }
CNNC_INLINE v16 v16_max(v16 a, v16 b) { return _mm512_max_ps(a, b); } /* b where either is NaN */
CNNC_INLINE v16 v16_min(v16 a, v16 b) { return _mm512_min_ps(a, b); }
CNNC_INLINE v16 v16_sqrt(v16 a) { return _mm512_sqrt_ps(a); }
CNNC_INLINE v16 v16_abs(v16 a) { return _mm512_abs_ps(a); }
CNNC_INLINE v16 v16_floor(v16 a) { return _mm512_floor_ps(a); }
CNNC_INLINE v16 v16_round(v16 a) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion" /* what gcc makes of roundscale without optimisation warns */
    return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
#pragma GCC diagnostic pop
}
CNNC_INLINE v16 v16_scale(v16 a, v16 n) { return _mm512_scalef_ps(a, n); } /* a * 2^n, n whole */

CNNC_INLINE m16 v16_lt(v16 a, v16 b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
CNNC_INLINE m16 v16_le(v16 a, v16 b) { return _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ); }
CNNC_INLINE m16 v16_eq(v16 a, v16 b) { return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ); }
CNNC_INLINE v16 v16_select(m16 m, v16 yes, v16 no) { return _mm512_mask_blend_ps(m, no, yes); }

CNNC_INLINE float v16_sum(v16 a) {
    const __m256 s = _mm256_add_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1));
    const __m128 q = _mm_add_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1));
    const __m128 d = _mm_add_ps(q, _mm_movehl_ps(q, q));
    return _mm_cvtss_f32(_mm_add_ss(d, _mm_movehdup_ps(d)));
}
CNNC_INLINE float v16_hmax(v16 a) { return _mm512_reduce_max_ps(a); }
