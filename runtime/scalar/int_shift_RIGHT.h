/* Arithmetic; a count out of range leaves copies of the sign. */
CNNC_INLINE int64_t int_shift_RIGHT(int64_t a, int64_t n) { return a >> (n < 0 || n > 63 ? 63 : n); }
