CNNC_INLINE __m256i v16i_dot_half(__m256i sum, __m256i u, __m256i s) {
    __asm__("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum) : "x"(u), "x"(s));
    return sum;
}
/* sum + the products of four unsigned and four signed bytes in each lane. */
CNNC_INLINE v16i v16i_dot(v16i sum, b64 u, b64 s) { return v16i_join(v16i_dot_half(sum.lo, u.lo, s.lo), v16i_dot_half(sum.hi, u.hi, s.hi)); }
CNNC_INLINE __m256i v16i_dot_half_words(__m256i a, __m256i b, __m256i sum) {
    __asm__("%{vex%} vpdpwssd %2, %1, %0" : "+x"(sum) : "x"(a), "x"(b));
    return sum;
}
/* sum + the products of two words in each lane. */
CNNC_INLINE v16i v16i_dot_words(w32 a, w32 b, v16i sum) {
    return v16i_join(v16i_dot_half_words(a.lo, b.lo, sum.lo), v16i_dot_half_words(a.hi, b.hi, sum.hi));
}
