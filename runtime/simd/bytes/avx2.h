/* v16i: 16 sums of 32 bits. b64: 64 bytes, four for each of them. */
typedef struct v16i {
    __m256i lo, hi;
} v16i;
typedef v16i b64;

CNNC_INLINE v16i v16i_join(__m256i lo, __m256i hi) {
    const v16i r = {lo, hi};
    return r;
}
CNNC_INLINE v16i v16i_load(const int32_t *p) {
    return v16i_join(_mm256_loadu_si256((const __m256i *)(const void *)p), _mm256_loadu_si256((const __m256i *)(const void *)(p + 8)));
}
CNNC_INLINE void v16i_store(int32_t *p, v16i a) {
    _mm256_storeu_si256((__m256i *)(void *)p, a.lo);
    _mm256_storeu_si256((__m256i *)(void *)(p + 8), a.hi);
}
CNNC_INLINE v16 v16_from_i32(v16i a) { return v16_join(_mm256_cvtepi32_ps(a.lo), _mm256_cvtepi32_ps(a.hi)); }
CNNC_INLINE v16 v16_load_u8(const uint8_t *p) {
    return v16_join(_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)p))),
                    _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)(p + 8)))));
}
/* Lanes are whole numbers from 0 to 255. */
CNNC_INLINE void v16_store_u8(uint8_t *p, v16 a) {
    const __m256i words = _mm256_packs_epi32(_mm256_cvtps_epi32(a.lo), _mm256_cvtps_epi32(a.hi)); /* 0-3 8-11, 4-7 12-15 */
    const __m256i in_order = _mm256_permute4x64_epi64(words, 0xd8);
    const __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(in_order), _mm256_extracti128_si256(in_order, 1));
    _mm_storeu_si128((__m128i *)(void *)p, bytes);
}
CNNC_INLINE __m256i v16_to_i16(v16 a, int zero) { /* 0-3 8-11, 4-7 12-15 */
    const __m256 most = _mm256_set1_ps(0x1p30f); /* beyond it, integers would turn negative */
    const __m256i words = _mm256_packs_epi32(_mm256_cvtps_epi32(_mm256_min_ps(most, a.lo)), _mm256_cvtps_epi32(_mm256_min_ps(most, a.hi)));
    return zero ? _mm256_adds_epi16(words, _mm256_set1_epi16((short)zero)) : words;
}
/* 64 bytes: a, b, c and d to the nearest integer, halves to the even one, plus zero, within low and high (of 0 to 255). */
CNNC_INLINE void v16_store_4u8(uint8_t *p, v16 a, v16 b, v16 c, v16 d, int low, int high, int zero) {
    const __m256i in_order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    __m256i ab = _mm256_packus_epi16(v16_to_i16(a, zero), v16_to_i16(b, zero)), cd = _mm256_packus_epi16(v16_to_i16(c, zero), v16_to_i16(d, zero));
    if (low > 0) ab = _mm256_max_epu8(ab, _mm256_set1_epi8((char)low)), cd = _mm256_max_epu8(cd, _mm256_set1_epi8((char)low));
    if (high < 255) ab = _mm256_min_epu8(ab, _mm256_set1_epi8((char)high)), cd = _mm256_min_epu8(cd, _mm256_set1_epi8((char)high));
    _mm256_storeu_si256((__m256i *)(void *)p, _mm256_permutevar8x32_epi32(ab, in_order));
    _mm256_storeu_si256((__m256i *)(void *)(p + 32), _mm256_permutevar8x32_epi32(cd, in_order));
}

CNNC_INLINE b64 b64_load(const int8_t *p) {
    return v16i_join(_mm256_loadu_si256((const __m256i *)(const void *)p), _mm256_loadu_si256((const __m256i *)(const void *)(p + 32)));
}
/* The same four bytes 16 times. Loaded as a float, which compilers broadcast straight from memory. */
CNNC_INLINE b64 b64_repeat(const uint8_t *p) {
    float four;
    memcpy(&four, p, sizeof four);
    return v16i_join(_mm256_castps_si256(_mm256_set1_ps(four)), _mm256_castps_si256(_mm256_set1_ps(four)));
}
/* Four vectors of 16 bytes behind one another: byte i of each as the four of lane i. */
CNNC_INLINE b64 b64_columns(const uint8_t *p) {
    const __m128i *rows = (const __m128i *)(const void *)p;
    const __m128i a = _mm_loadu_si128(rows), b = _mm_loadu_si128(rows + 1), c = _mm_loadu_si128(rows + 2), d = _mm_loadu_si128(rows + 3);
    const __m128i ab = _mm_unpacklo_epi8(a, b), cd = _mm_unpacklo_epi8(c, d), ef = _mm_unpackhi_epi8(a, b), gh = _mm_unpackhi_epi8(c, d);
    return v16i_join(_mm256_set_m128i(_mm_unpackhi_epi16(ab, cd), _mm_unpacklo_epi16(ab, cd)),
                     _mm256_set_m128i(_mm_unpackhi_epi16(ef, gh), _mm_unpacklo_epi16(ef, gh)));
}
/* a * b + c, rounded once on every machine. */
CNNC_INLINE v16 v16_fma_exact(v16 a, v16 b, v16 c) { return v16_fma(a, b, c); }
/* w16: a word of 16 bits for each lane, what bytes become in Winograd's transforms. w32: two for each of them. Sums and products
 * of words and of v16i are modulo 2^16 and 2^32. */
typedef __m256i w16;
typedef v16i w32;

CNNC_INLINE w16 w16_load(const int16_t *p) { return _mm256_loadu_si256((const __m256i *)(const void *)p); }
CNNC_INLINE void w16_store(int16_t *p, w16 a) { _mm256_storeu_si256((__m256i *)(void *)p, a); }
CNNC_INLINE w16 w16_load_u8(const uint8_t *p) { return _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(const void *)p)); }
CNNC_INLINE w16 w16_zero(void) { return _mm256_setzero_si256(); }
CNNC_INLINE w16 w16_add(w16 a, w16 b) { return _mm256_add_epi16(a, b); }
CNNC_INLINE w16 w16_sub(w16 a, w16 b) { return _mm256_sub_epi16(a, b); }
CNNC_INLINE w16 w16_mul(w16 a, int b) { return _mm256_mullo_epi16(a, _mm256_set1_epi16((short)b)); }
CNNC_INLINE w32 w32_load(const int16_t *p) {
    return v16i_join(_mm256_loadu_si256((const __m256i *)(const void *)p), _mm256_loadu_si256((const __m256i *)(const void *)(p + 16)));
}
/* The same two words 16 times. Loaded as a float, which compilers broadcast straight from memory. */
CNNC_INLINE w32 w32_repeat(const int16_t *p) {
    float two;
    memcpy(&two, p, sizeof two);
    return v16i_join(_mm256_castps_si256(_mm256_set1_ps(two)), _mm256_castps_si256(_mm256_set1_ps(two)));
}
CNNC_INLINE v16i v16i_zero(void) { return v16i_join(_mm256_setzero_si256(), _mm256_setzero_si256()); }
CNNC_INLINE v16i v16i_add(v16i a, v16i b) { return v16i_join(_mm256_add_epi32(a.lo, b.lo), _mm256_add_epi32(a.hi, b.hi)); }
CNNC_INLINE v16i v16i_sub(v16i a, v16i b) { return v16i_join(_mm256_sub_epi32(a.lo, b.lo), _mm256_sub_epi32(a.hi, b.hi)); }
CNNC_INLINE v16i v16i_mul(v16i a, int b) {
    return v16i_join(_mm256_mullo_epi32(a.lo, _mm256_set1_epi32(b)), _mm256_mullo_epi32(a.hi, _mm256_set1_epi32(b)));
}
CNNC_INLINE v16i v16i_max(v16i a, v16i b) { return v16i_join(_mm256_max_epi32(a.lo, b.lo), _mm256_max_epi32(a.hi, b.hi)); }
/* By n bits, the sign's moving in. */
CNNC_INLINE v16i v16i_shift_right(v16i a, int n) {
    return v16i_join(_mm256_sra_epi32(a.lo, _mm_cvtsi32_si128(n)), _mm256_sra_epi32(a.hi, _mm_cvtsi32_si128(n)));
}
