CNNC_INLINE float load_f8e8m0(const uint8_t *p, ptrdiff_t i) { return p[i] == 255 ? NAN : ldexpf(1.0f, p[i] - 127); }
