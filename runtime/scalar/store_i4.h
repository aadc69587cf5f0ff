/* 2 elements a byte, low bits first. */
CNNC_INLINE void store_i4(uint8_t *p, ptrdiff_t i, int8_t value) {
    const unsigned shift = (unsigned)(i % 2 * 4);
    p[i / 2] = (uint8_t)((p[i / 2] & ~(15u << shift)) | ((unsigned)value & 15u) << shift);
}
