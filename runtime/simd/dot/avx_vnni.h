CNNC_INLINE __m256i v16i_dot_half(__m256i sum, __m256i u, __m256i s) {
    __asm__("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum) : "x"(u), "x"(s));
    return sum;
}
/* sum + the products of four unsigned and four signed bytes in each lane. */
CNNC_INLINE v16i v16i_dot(v16i sum, b64 u, b64 s) { return v16i_join(v16i_dot_half(sum.lo, u.lo, s.lo), v16i_dot_half(sum.hi, u.hi, s.hi)); }
