CNNC_INLINE int64_t int_shift_LEFT(int64_t a, int64_t n) { return n < 0 || n > 63 ? 0 : (int64_t)((uint64_t)a << n); }
