CNNC_INLINE void store_f8e5m2fnuz(uint8_t *p, ptrdiff_t i, float x) { p[i] = (uint8_t)small_float_encode((double)x, 5, 2, 16, 2, 0); }
