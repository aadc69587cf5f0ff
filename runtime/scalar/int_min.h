CNNC_INLINE int64_t int_min(int64_t a, int64_t b) { return a < b ? a : b; }
