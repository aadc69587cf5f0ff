/* sum + products, as it stands: gcc would regroup integers of an unrolled loop, for which there are not enough registers. */
CNNC_INLINE __m256i v16i_add_in_order(__m256i sum, __m256i products) {
    sum = _mm256_add_epi32(sum, products);
    __asm__("" : "+x"(sum));
    return sum;
}
/* Products of even and odd bytes as 16 bits: those of two bytes each, which maddubs adds, may not fit there. */
CNNC_INLINE __m256i v16i_dot_half(__m256i sum, __m256i u, __m256i s) {
    const __m256i even = _mm256_madd_epi16(_mm256_and_si256(u, _mm256_set1_epi16(255)), _mm256_srai_epi16(_mm256_slli_epi16(s, 8), 8));
    const __m256i odd = _mm256_madd_epi16(_mm256_srli_epi16(u, 8), _mm256_srai_epi16(s, 8));
    return v16i_add_in_order(sum, _mm256_add_epi32(even, odd));
}
/* sum + the products of four unsigned and four signed bytes in each lane. */
CNNC_INLINE v16i v16i_dot(v16i sum, b64 u, b64 s) { return v16i_join(v16i_dot_half(sum.lo, u.lo, s.lo), v16i_dot_half(sum.hi, u.hi, s.hi)); }
/* Products with weights from -127 to 127 of signed bytes: what maddubs adds of two fits 16 bits. */
CNNC_INLINE __m256i v16i_dot_half_signed(__m256i sum, __m256i x, __m256i s) {
    const __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(x), _mm256_sign_epi8(s, x));
    return v16i_add_in_order(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
/* Of unsigned bytes 128 less each. */
CNNC_INLINE __m256i v16i_dot_half_mirrored(__m256i sum, __m256i u, __m256i s) {
    return v16i_dot_half_signed(sum, _mm256_xor_si256(u, _mm256_set1_epi8(-128)), s);
}
CNNC_INLINE v16i v16i_dot_mirrored(v16i sum, b64 u, b64 s) {
    return v16i_join(v16i_dot_half_mirrored(sum.lo, u.lo, s.lo), v16i_dot_half_mirrored(sum.hi, u.hi, s.hi));
}
/* Of unsigned bytes whose products with the weights, two added, fit 16 bits: any with weights from -64 to 64, those up to 127
 * with any. */
CNNC_INLINE __m256i v16i_dot_half_short(__m256i sum, __m256i u, __m256i s) {
    return v16i_add_in_order(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(u, s), _mm256_set1_epi16(1)));
}
CNNC_INLINE v16i v16i_dot_short(v16i sum, b64 u, b64 s) {
    return v16i_join(v16i_dot_half_short(sum.lo, u.lo, s.lo), v16i_dot_half_short(sum.hi, u.hi, s.hi));
}
/* Of two such, where all that is added up in a lane's 16 bits fits. */
CNNC_INLINE __m256i v16i_dot_half_pairs(__m256i sum, __m256i u, __m256i s, __m256i v, __m256i t) {
    const __m256i pairs = _mm256_add_epi16(_mm256_maddubs_epi16(u, s), _mm256_maddubs_epi16(v, t));
    return v16i_add_in_order(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
CNNC_INLINE v16i v16i_dot_pairs(v16i sum, b64 u, b64 s, b64 v, b64 t) {
    return v16i_join(v16i_dot_half_pairs(sum.lo, u.lo, s.lo, v.lo, t.lo), v16i_dot_half_pairs(sum.hi, u.hi, s.hi, v.hi, t.hi));
}
/* 16 bytes x less `zero`: of each what is between 0 and 127; then which fours (from bit 0 on) have more, or less. */
typedef __m128i b16;
CNNC_INLINE b16 b16_load(const uint8_t *p) { return _mm_loadu_si128((const __m128i *)p); }
CNNC_INLINE void b16_store(uint8_t *p, b16 x) { _mm_storeu_si128((__m128i *)p, x); }
CNNC_INLINE b16 b16_short(b16 x, int zero) { return _mm_min_epu8(_mm_subs_epu8(x, _mm_set1_epi8((char)zero)), _mm_set1_epi8(127)); }
CNNC_INLINE int b16_rests(b16 x, int zero) {
    return _mm_movemask_ps(_mm_castsi128_ps(_mm_cmpeq_epi32(_mm_add_epi8(b16_short(x, zero), _mm_set1_epi8((char)zero)), x))) ^ 15;
}
/* Products of what bytes, the same in each lane, have above 127. */
CNNC_INLINE v16i v16i_dot_above(v16i sum, b64 u, b64 s) {
    const __m256i x = _mm256_subs_epu8(u.lo, _mm256_set1_epi8(127));
    return v16i_dot_short(sum, v16i_join(x, x), s);
}
/* Of what bytes less `zero`, the same in each lane, have above 127 or below 0. */
CNNC_INLINE v16i v16i_dot_rest(v16i sum, b64 u, b64 s, int zero) {
    const __m256i from = _mm256_set1_epi8((char)zero);
    const __m256i x = _mm256_sub_epi8(_mm256_subs_epu8(_mm256_subs_epu8(u.lo, from), _mm256_set1_epi8(127)), _mm256_subs_epu8(from, u.lo));
    return v16i_join(v16i_dot_half_signed(sum.lo, x, s.lo), v16i_dot_half_signed(sum.hi, x, s.hi));
}
/* sum + the products of two words in each lane. */
CNNC_INLINE v16i v16i_dot_words(w32 a, w32 b, v16i sum) {
    return v16i_join(v16i_add_in_order(sum.lo, _mm256_madd_epi16(a.lo, b.lo)), v16i_add_in_order(sum.hi, _mm256_madd_epi16(a.hi, b.hi)));
}
