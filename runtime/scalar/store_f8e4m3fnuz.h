CNNC_INLINE void store_f8e4m3fnuz(uint8_t *p, ptrdiff_t i, float x) { p[i] = (uint8_t)small_float_encode((double)x, 4, 3, 8, 2, 0); }
