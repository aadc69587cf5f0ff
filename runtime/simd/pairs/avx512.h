/* h32: 32 bf16, two for each lane of a v16, widened. */
typedef struct h32 {
    v16 even, odd;
} h32;

CNNC_INLINE h32 h32_widened(__m512i pairs) {
    const h32 r = {_mm512_castsi512_ps(_mm512_slli_epi32(pairs, 16)), _mm512_castsi512_ps(_mm512_and_si512(pairs, _mm512_set1_epi32(-65536)))};
    return r;
}
CNNC_INLINE h32 h32_load(const uint16_t *p) { return h32_widened(_mm512_loadu_si512(p)); }
/* The same two 16 times. */
CNNC_INLINE h32 h32_repeat(const uint16_t *p) { return h32_widened(_mm512_broadcastd_epi32(_mm_loadu_si32(p))); }
/* sum + the products of two pairs in each lane. */
CNNC_INLINE v16 v16_dot(h32 a, h32 b, v16 sum) { return v16_fma(a.odd, b.odd, v16_fma(a.even, b.even, sum)); }
/* To nearest even; NaN stays NaN. */
CNNC_INLINE void v16_store_bf16(uint16_t *p, v16 a) {
    const __m512i bits = _mm512_castps_si512(a), last = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(last, _mm512_set1_epi32(0x7fff)));
    const __m512i quiet = _mm512_or_si512(bits, _mm512_set1_epi32(0x400000));
    const m16 nan = _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q);
    const __m512i upper = _mm512_srli_epi32(_mm512_mask_blend_epi32(nan, rounded, quiet), 16);
    _mm256_storeu_si256((__m256i *)(void *)p, _mm512_cvtepi32_epi16(upper));
}
