/* 4 elements a byte, low bits first, in two's complement. */
CNNC_INLINE int8_t load_i2(const uint8_t *p, ptrdiff_t i) { return (int8_t)(((p[i / 4] >> (i % 4 * 2) & 3) ^ 2) - 2); }
