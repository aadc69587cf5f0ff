CNNC_INLINE int64_t int_prelu(int64_t a, int64_t slope) { return a < 0 ? (int64_t)((uint64_t)a * (uint64_t)slope) : a; }
