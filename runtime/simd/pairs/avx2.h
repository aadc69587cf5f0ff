/* h32: 32 bf16, two for each lane of a v16, widened. */
typedef struct h32 {
    v16 even, odd;
} h32;

CNNC_INLINE __m256 h32_even(__m256i pairs) { return _mm256_castsi256_ps(_mm256_slli_epi32(pairs, 16)); }
CNNC_INLINE __m256 h32_odd(__m256i pairs) { return _mm256_castsi256_ps(_mm256_and_si256(pairs, _mm256_set1_epi32(-65536))); }
CNNC_INLINE h32 h32_widened(__m256i lo, __m256i hi) {
    const h32 r = {v16_join(h32_even(lo), h32_even(hi)), v16_join(h32_odd(lo), h32_odd(hi))};
    return r;
}
CNNC_INLINE h32 h32_load(const uint16_t *p) {
    return h32_widened(_mm256_loadu_si256((const __m256i *)(const void *)p), _mm256_loadu_si256((const __m256i *)(const void *)(p + 16)));
}
/* The same two 16 times. Loaded as a float, which compilers broadcast straight from memory. */
CNNC_INLINE h32 h32_repeat(const uint16_t *p) {
    float two;
    memcpy(&two, p, sizeof two);
    const __m256i all = _mm256_castps_si256(_mm256_set1_ps(two));
    return h32_widened(all, all);
}
/* sum + the products of two pairs in each lane. */
CNNC_INLINE v16 v16_dot(h32 a, h32 b, v16 sum) { return v16_fma(a.odd, b.odd, v16_fma(a.even, b.even, sum)); }
/* To nearest even, in the lower halves of lanes; NaN stays NaN. */
CNNC_INLINE __m256i v16_upper_half(__m256 a) {
    const __m256i bits = _mm256_castps_si256(a), last = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    const __m256i rounded = _mm256_add_epi32(bits, _mm256_add_epi32(last, _mm256_set1_epi32(0x7fff)));
    const __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x400000));
    const __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(a, a, _CMP_UNORD_Q));
    return _mm256_srli_epi32(_mm256_blendv_epi8(rounded, quiet, nan), 16);
}
CNNC_INLINE void v16_store_bf16(uint16_t *p, v16 a) {
    const __m256i words = _mm256_packus_epi32(v16_upper_half(a.lo), v16_upper_half(a.hi)); /* 0-3 8-11, 4-7 12-15 */
    _mm256_storeu_si256((__m256i *)(void *)p, _mm256_permute4x64_epi64(words, 0xd8));
}
