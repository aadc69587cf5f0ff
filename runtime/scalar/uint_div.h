/* 0 where b is 0. */
CNNC_INLINE uint64_t uint_div(uint64_t a, uint64_t b) { return b ? a / b : 0; }
