/* A power of two; mode 'u'p, 'd'own or to 'n'earest. What does not fit becomes the nearest that does (saturate), or NaN. */
CNNC_INLINE float round_f8e8m0(double x, int mode, int saturate) {
    int e = 0;
    const double m = frexp(fabs(x), &e);
    const int up = mode == 'u' ? m > 0.5 : mode == 'd' ? 0 : m >= 0.75, power = e - 1 + up;
    if (isnan(x)) return NAN;
    if (isinf(x) || power > 127) return saturate ? ldexpf(1.0f, 127) : NAN;
    if (x == 0.0 || power < -127) return saturate ? ldexpf(1.0f, -127) : NAN;
    return ldexpf(1.0f, power);
}
