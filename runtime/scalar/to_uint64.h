/* Towards zero; negative numbers wrap, NaN is 0. */
CNNC_INLINE uint64_t to_uint64(double x) { return (uint64_t)to_int64(x); }
