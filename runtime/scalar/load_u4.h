/* 2 elements a byte, low bits first. */
CNNC_INLINE uint8_t load_u4(const uint8_t *p, ptrdiff_t i) { return (uint8_t)(p[i / 2] >> (i % 2 * 4) & 15); }
