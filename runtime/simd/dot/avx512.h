/* sum + products, as it stands: gcc would regroup integers of an unrolled loop, for which there are not enough registers, but
 * not those that a mask could leave out. */
CNNC_INLINE v16i v16i_add_in_order(v16i sum, __m512i products) { return _mm512_mask_add_epi32(sum, 0xffff, sum, products); }
/* sum + the products of four unsigned and four signed bytes in each lane: even and odd bytes as 16 bits. */
CNNC_INLINE v16i v16i_dot(v16i sum, b64 u, b64 s) {
    const __m512i even = _mm512_madd_epi16(_mm512_and_si512(u, _mm512_set1_epi16(255)), _mm512_srai_epi16(_mm512_slli_epi16(s, 8), 8));
    const __m512i odd = _mm512_madd_epi16(_mm512_srli_epi16(u, 8), _mm512_srai_epi16(s, 8));
    return v16i_add_in_order(sum, _mm512_add_epi32(even, odd));
}
/* sum + the products of two words in each lane. */
CNNC_INLINE v16i v16i_dot_words(w32 a, w32 b, v16i sum) { return v16i_add_in_order(sum, _mm512_madd_epi16(a, b)); }
