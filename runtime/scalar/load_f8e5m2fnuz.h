CNNC_INLINE float load_f8e5m2fnuz(const uint8_t *p, ptrdiff_t i) { return small_float_decode(p[i], 5, 2, 16, 2); }
