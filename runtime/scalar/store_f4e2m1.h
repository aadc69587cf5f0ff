/* 2 elements a byte, low bits first. */
CNNC_INLINE void store_f4e2m1(uint8_t *p, ptrdiff_t i, float x) {
    const unsigned shift = (unsigned)(i % 2 * 4);
    p[i / 2] = (uint8_t)((p[i / 2] & ~(15u << shift)) | small_float_encode((double)x, 2, 1, 1, 3, 1) << shift);
}
