CNNC_INLINE double exact_sinh(double x) {
    const double size = fabs(x), e = expm1(size < 40.0 ? size : 0.0), root = exp(size / 2.0);
    return x != x ? x : copysign(size < 40.0 ? (e + e / (e + 1.0)) / 2.0 : root / 2.0 * root, x);
}
