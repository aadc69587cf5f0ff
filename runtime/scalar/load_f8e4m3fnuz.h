CNNC_INLINE float load_f8e4m3fnuz(const uint8_t *p, ptrdiff_t i) { return small_float_decode(p[i], 4, 3, 8, 2); }
