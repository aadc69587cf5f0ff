/* 2 elements a byte, low bits first. */
CNNC_INLINE float load_f4e2m1(const uint8_t *p, ptrdiff_t i) { return small_float_decode(p[i / 2] >> (i % 2 * 4) & 15u, 2, 1, 1, 3); }
