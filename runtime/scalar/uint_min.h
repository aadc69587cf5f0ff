CNNC_INLINE uint64_t uint_min(uint64_t a, uint64_t b) { return a < b ? a : b; }
