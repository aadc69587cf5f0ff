/* q128: 128 numbers from -8 to 7, eight for each lane of a v16, the first in its lowest four bits. */
typedef struct q128 {
    __m256i lo, hi;
} q128;

CNNC_INLINE q128 q128_load(const uint8_t *p) {
    const q128 r = {_mm256_loadu_si256((const __m256i *)(const void *)p), _mm256_loadu_si256((const __m256i *)(const void *)(p + 32))};
    return r;
}
CNNC_INLINE __m256 q128_number_half(__m256i a, int i) { return _mm256_cvtepi32_ps(_mm256_srai_epi32(_mm256_slli_epi32(a, 28 - 4 * i), 28)); }
/* Number i of each lane. */
CNNC_INLINE v16 q128_number(q128 a, int i) { return v16_join(q128_number_half(a.lo, i), q128_number_half(a.hi, i)); }
