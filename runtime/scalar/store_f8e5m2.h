CNNC_INLINE void store_f8e5m2(uint8_t *p, ptrdiff_t i, float x) { p[i] = (uint8_t)small_float_encode((double)x, 5, 2, 15, 0, 0); }
