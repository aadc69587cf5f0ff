CNNC_INLINE uint64_t uint_shift_LEFT(uint64_t a, uint64_t n) { return n > 63 ? 0 : a << n; }
