CNNC_INLINE int32x4_t v16i_dot_quarter(int32x4_t sum, uint8x16_t u, uint8x16_t s) {
    __asm__("sdot %0.4s, %1.16b, %2.16b" : "+w"(sum) : "w"(u), "w"(s));
    return sum;
}
/* sum + the products of four unsigned bytes, 128 less each, and four signed ones in each lane. */
CNNC_INLINE v16i v16i_dot(v16i sum, b64 u, b64 s) {
    for (int i = 0; i < 4; i++) sum.q[i] = v16i_dot_quarter(sum.q[i], veorq_u8(u.q[i], vdupq_n_u8(128)), s.q[i]);
    return sum;
}
