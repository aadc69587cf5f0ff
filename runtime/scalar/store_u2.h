/* 4 elements a byte, low bits first. */
CNNC_INLINE void store_u2(uint8_t *p, ptrdiff_t i, uint8_t value) {
    const unsigned shift = (unsigned)(i % 4 * 2);
    p[i / 4] = (uint8_t)((p[i / 4] & ~(3u << shift)) | (value & 3u) << shift);
}
