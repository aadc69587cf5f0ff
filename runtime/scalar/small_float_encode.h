/* To nearest even. What is too large becomes the largest number (saturate), or infinite or NaN, whichever there is. */
CNNC_INLINE uint32_t small_float_encode(double x, int exponent, int mantissa, int bias, int kind, int saturate) {
    const uint32_t sign = signbit(x) ? 1u << (mantissa + exponent) : 0, all = (1u << (mantissa + exponent)) - 1;
    const uint32_t inf = ((1u << exponent) - 1) << mantissa, largest = kind == 0 ? inf - 1 : kind == 1 ? all - 1 : all;
    const uint32_t nan = kind == 2 ? all + 1 : kind == 0 ? sign | inf | 1u << (mantissa - 1) : kind == 1 ? sign | all : sign;
    uint32_t code = largest + 1;
    if (isnan(x)) return nan;
    if (!isinf(x)) {
        int e;
        frexp(x, &e);
        const int shift = e - 1 < 1 - bias || x == 0.0 ? 1 - bias : e - 1;
        const double scaled = nearbyint(ldexp(fabs(x), mantissa - shift));
        if (scaled < ldexp(1.0, mantissa)) code = (uint32_t)scaled;
        else if (shift + bias < 1 << exponent) code = ((uint32_t)(shift + bias - 1) << mantissa) + (uint32_t)scaled;
    }
    if (code > largest) {
        if (!saturate && kind != 3) return kind == 0 ? sign | inf : nan;
        code = largest;
    }
    return kind == 2 && code == 0 ? 0 : sign | code;
}
