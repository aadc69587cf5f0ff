/* A float of few bits. kind 0: as IEEE; 1: all ones is NaN, no infinity; 2: negative zero is NaN, no infinity; 3: neither. */
CNNC_INLINE float small_float_decode(uint32_t bits, int exponent, int mantissa, int bias, int kind) {
    const uint32_t ones = (1u << exponent) - 1, man = bits & ((1u << mantissa) - 1), exp = bits >> mantissa & ones;
    const float sign = bits >> (mantissa + exponent) & 1 ? -1.0f : 1.0f;
    if (kind == 0 && exp == ones) return man ? NAN : sign * INFINITY;
    if (kind == 1 && exp == ones && man == (1u << mantissa) - 1) return NAN;
    if (kind == 2 && sign < 0.0f && !exp && !man) return NAN;
    if (!exp) return sign * ldexpf((float)man, 1 - bias - mantissa);
    return sign * ldexpf((float)(man | 1u << mantissa), (int)exp - bias - mantissa);
}
