CNNC_INLINE int64_t int_sign(int64_t a) { return (a > 0) - (a < 0); }
