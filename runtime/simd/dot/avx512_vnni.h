/* sum + the products of four unsigned and four signed bytes in each lane. */
CNNC_INLINE v16i v16i_dot(v16i sum, b64 u, b64 s) { return _mm512_dpbusd_epi32(sum, u, s); }
