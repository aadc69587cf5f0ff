/* The upper half of a float. */
CNNC_INLINE float load_bf16(const uint16_t *p, ptrdiff_t i) {
    union {
        uint32_t bits;
        float f;
    } x = {(uint32_t)p[i] << 16};
    return x.f;
}
