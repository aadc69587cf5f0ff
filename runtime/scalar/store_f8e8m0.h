/* x is a power of two, or NaN. */
CNNC_INLINE void store_f8e8m0(uint8_t *p, ptrdiff_t i, float x) {
    int e = 0;
    frexpf(x, &e);
    p[i] = (uint8_t)(isnan(x) ? 255 : e + 126);
}
