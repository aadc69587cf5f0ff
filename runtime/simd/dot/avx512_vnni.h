/* sum + the products of four unsigned and four signed bytes in each lane. */
CNNC_INLINE v16i v16i_dot(v16i sum, b64 u, b64 s) {
    __asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(u), "v"(s));
    return sum;
}
/* sum + the products of two words in each lane. */
CNNC_INLINE v16i v16i_dot_words(w32 a, w32 b, v16i sum) {
    __asm__("vpdpwssd %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
    return sum;
}
