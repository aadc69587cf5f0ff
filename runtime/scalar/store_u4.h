/* 2 elements a byte, low bits first. */
CNNC_INLINE void store_u4(uint8_t *p, ptrdiff_t i, uint8_t value) {
    const unsigned shift = (unsigned)(i % 2 * 4);
    p[i / 2] = (uint8_t)((p[i / 2] & ~(15u << shift)) | (value & 15u) << shift);
}
