CNNC_INLINE int64_t int_abs(int64_t a) { return a < 0 ? (int64_t)(0 - (uint64_t)a) : a; }
