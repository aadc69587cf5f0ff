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
/* Their products with weights from -127 to 127, bytes 128 less each: what maddubs adds of two fits 16 bits then. */
CNNC_INLINE __m256i v16i_dot_half_mirrored(__m256i sum, __m256i u, __m256i s) {
    const __m256i x = _mm256_xor_si256(u, _mm256_set1_epi8(-128));
    const __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(x), _mm256_sign_epi8(s, x));
    return v16i_add_in_order(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
CNNC_INLINE v16i v16i_dot_mirrored(v16i sum, b64 u, b64 s) {
    return v16i_join(v16i_dot_half_mirrored(sum.lo, u.lo, s.lo), v16i_dot_half_mirrored(sum.hi, u.hi, s.hi));
}
/* Their products with weights from -64 to 64. */
CNNC_INLINE __m256i v16i_dot_half_short(__m256i sum, __m256i u, __m256i s) {
    return v16i_add_in_order(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(u, s), _mm256_set1_epi16(1)));
}
CNNC_INLINE v16i v16i_dot_short(v16i sum, b64 u, b64 s) {
    return v16i_join(v16i_dot_half_short(sum.lo, u.lo, s.lo), v16i_dot_half_short(sum.hi, u.hi, s.hi));
}
/* sum + the products of two words in each lane. */
CNNC_INLINE v16i v16i_dot_words(w32 a, w32 b, v16i sum) {
    return v16i_join(v16i_add_in_order(sum.lo, _mm256_madd_epi16(a.lo, b.lo)), v16i_add_in_order(sum.hi, _mm256_madd_epi16(a.hi, b.hi)));
}
