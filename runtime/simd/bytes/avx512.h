/* v16i: 16 sums of 32 bits. b64: 64 bytes, four for each of them. */
typedef __m512i v16i;
typedef __m512i b64;

CNNC_INLINE v16i v16i_load(const int32_t *p) { return _mm512_loadu_si512(p); }
CNNC_INLINE void v16i_store(int32_t *p, v16i a) { _mm512_storeu_si512(p, a); }
CNNC_INLINE v16 v16_from_i32(v16i a) { return _mm512_cvtepi32_ps(a); }
CNNC_INLINE v16 v16_load_u8(const uint8_t *p) {
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)p)));
}
/* Lanes are whole numbers from 0 to 255. */
CNNC_INLINE void v16_store_u8(uint8_t *p, v16 a) {
    _mm_storeu_si128((__m128i *)(void *)p, _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(a)));
}
/* 64 bytes: a, b, c and d to the nearest integer, halves to the even one, plus zero, within low and high (of 0 to 255). */
CNNC_INLINE void v16_store_4u8(uint8_t *p, v16 a, v16 b, v16 c, v16 d, int low, int high, int zero) {
    const __m512 most = _mm512_set1_ps(0x1p30f); /* beyond it, integers would turn negative */
    const __m512i in_order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    __m512i ab = _mm512_packs_epi32(_mm512_cvtps_epi32(_mm512_min_ps(most, a)), _mm512_cvtps_epi32(_mm512_min_ps(most, b)));
    __m512i cd = _mm512_packs_epi32(_mm512_cvtps_epi32(_mm512_min_ps(most, c)), _mm512_cvtps_epi32(_mm512_min_ps(most, d)));
    if (zero) ab = _mm512_adds_epi16(ab, _mm512_set1_epi16((short)zero)), cd = _mm512_adds_epi16(cd, _mm512_set1_epi16((short)zero));
    __m512i bytes = _mm512_packus_epi16(ab, cd);
    if (low > 0) bytes = _mm512_max_epu8(bytes, _mm512_set1_epi8((char)low));
    if (high < 255) bytes = _mm512_min_epu8(bytes, _mm512_set1_epi8((char)high));
    _mm512_storeu_si512(p, _mm512_permutexvar_epi32(in_order, bytes));
}

CNNC_INLINE b64 b64_load(const int8_t *p) { return _mm512_loadu_si512(p); }
/* The same four bytes 16 times. */
CNNC_INLINE b64 b64_repeat(const uint8_t *p) { return _mm512_broadcastd_epi32(_mm_loadu_si32(p)); }
/* Four vectors of 16 bytes behind one another: byte i of each as the four of lane i. */
CNNC_INLINE b64 b64_columns(const uint8_t *p) {
    const __m512i by_quads = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    const __m512i by_bytes = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
    return _mm512_shuffle_epi8(_mm512_permutexvar_epi32(by_quads, _mm512_loadu_si512(p)), by_bytes);
}
/* a * b + c, rounded once on every machine. */
CNNC_INLINE v16 v16_fma_exact(v16 a, v16 b, v16 c) { return v16_fma(a, b, c); }
/* w16: a word of 16 bits for each lane, what bytes become in Winograd's transforms. w32: two for each of them. Sums and products
 * of words and of v16i are modulo 2^16 and 2^32. */
typedef __m256i w16;
typedef __m512i w32;

CNNC_INLINE w16 w16_load(const int16_t *p) { return _mm256_loadu_si256((const __m256i *)(const void *)p); }
CNNC_INLINE void w16_store(int16_t *p, w16 a) { _mm256_storeu_si256((__m256i *)(void *)p, a); }
CNNC_INLINE w16 w16_load_u8(const uint8_t *p) { return _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(const void *)p)); }
CNNC_INLINE w16 w16_zero(void) { return _mm256_setzero_si256(); }
CNNC_INLINE w16 w16_add(w16 a, w16 b) { return _mm256_add_epi16(a, b); }
CNNC_INLINE w16 w16_sub(w16 a, w16 b) { return _mm256_sub_epi16(a, b); }
CNNC_INLINE w16 w16_mul(w16 a, int b) { return _mm256_mullo_epi16(a, _mm256_set1_epi16((short)b)); }
CNNC_INLINE w32 w32_load(const int16_t *p) { return _mm512_loadu_si512(p); }
/* The same two words 16 times. */
CNNC_INLINE w32 w32_repeat(const int16_t *p) { return _mm512_broadcastd_epi32(_mm_loadu_si32(p)); }
CNNC_INLINE v16i v16i_zero(void) { return _mm512_setzero_si512(); }
CNNC_INLINE v16i v16i_add(v16i a, v16i b) { return _mm512_add_epi32(a, b); }
CNNC_INLINE v16i v16i_sub(v16i a, v16i b) { return _mm512_sub_epi32(a, b); }
CNNC_INLINE v16i v16i_mul(v16i a, int b) { return _mm512_mullo_epi32(a, _mm512_set1_epi32(b)); }
CNNC_INLINE v16i v16i_max(v16i a, v16i b) { return _mm512_max_epi32(a, b); }
/* By n bits, the sign's moving in. */
CNNC_INLINE v16i v16i_shift_right(v16i a, int n) { return _mm512_sra_epi32(a, _mm_cvtsi32_si128(n)); }
