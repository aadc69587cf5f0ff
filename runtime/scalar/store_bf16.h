/* Float to its upper half, to nearest even. */
CNNC_INLINE void store_bf16(uint16_t *p, ptrdiff_t i, float value) {
    union {
        float f;
        uint32_t bits;
    } x = {value};
    if (isnan(value)) p[i] = (uint16_t)(x.bits >> 16 | 0x40u);
    else p[i] = (uint16_t)((x.bits + 0x7fffu + (x.bits >> 16 & 1)) >> 16);
}
