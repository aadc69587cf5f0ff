/* Towards zero; 0 where b is 0. */
CNNC_INLINE int64_t int_div(int64_t a, int64_t b) {
    if (b == 0) return 0;
    return b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b;
}
