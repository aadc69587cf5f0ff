CNNC_INLINE double exact_tanh(double x) {
    const double e = expm1(2.0 * fabs(x)), y = fabs(x) < 20.0 ? e / (e + 2.0) : x == x ? 1.0 : x;
    return copysign(y, x);
}
