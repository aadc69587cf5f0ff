/* IEEE half to float. */
CNNC_INLINE float load_f16(const uint16_t *p, ptrdiff_t i) {
    const uint32_t h = p[i], sign = (h & 0x8000u) << 16, exponent = h >> 10 & 31, mantissa = h & 0x3ffu;
    union {
        uint32_t bits;
        float f;
    } x;
    if (exponent == 0) return (sign ? -1.0f : 1.0f) * (float)mantissa * 5.9604644775390625e-8f;
    x.bits = sign | (exponent == 31 ? 255u : exponent + 112) << 23 | mantissa << 13;
    return x.f;
}
