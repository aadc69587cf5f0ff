/* h32: 32 bf16, two for each lane of a v16. */
typedef __m512i h32;

CNNC_INLINE h32 h32_load(const uint16_t *p) { return _mm512_loadu_si512(p); }
/* The same two 16 times. */
CNNC_INLINE h32 h32_repeat(const uint16_t *p) { return _mm512_broadcastd_epi32(_mm_loadu_si32(p)); }
/* sum + the products of two pairs in each lane. */
CNNC_INLINE v16 v16_dot(h32 a, h32 b, v16 sum) { return _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b); }
/* To nearest even. */
CNNC_INLINE void v16_store_bf16(uint16_t *p, v16 a) { _mm256_storeu_si256((__m256i *)(void *)p, (__m256i)_mm512_cvtneps_pbh(a)); }
