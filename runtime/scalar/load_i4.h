/* 2 elements a byte, low bits first, in two's complement. */
CNNC_INLINE int8_t load_i4(const uint8_t *p, ptrdiff_t i) { return (int8_t)(((p[i / 2] >> (i % 2 * 4) & 15) ^ 8) - 8); }
