/* Float to IEEE half, to nearest even. */
CNNC_INLINE void store_f16(uint16_t *p, ptrdiff_t i, float value) {
    union {
        float f;
        uint32_t bits;
    } x = {value};
    const uint32_t sign = x.bits >> 16 & 0x8000u, a = x.bits & 0x7fffffffu;
    uint32_t h;
    if (a > 0x7f800000u) h = 0x7e00u;       /* NaN */
    else if (a >= 0x477ff000u) h = 0x7c00u; /* rounds to 65536 or more */
    else if (a < 0x38800000u) {             /* subnormal: multiples of 2^-24, which adding 0.5 rounds to */
        x.bits = a;
        x.f += 0.5f;
        h = x.bits - 0x3f000000u;
    } else h = (a - 0x38000000u + 0xfffu + (a >> 13 & 1)) >> 13;
    p[i] = (uint16_t)(sign | h);
}
