/* 4 elements a byte, low bits first. */
CNNC_INLINE uint8_t load_u2(const uint8_t *p, ptrdiff_t i) { return (uint8_t)(p[i / 4] >> (i % 4 * 2) & 3); }
