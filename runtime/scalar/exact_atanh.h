CNNC_INLINE double exact_atanh(double x) {
    const double a = fabs(x);
    return copysign(0.5 * log1p(2.0 * a / (1.0 - a)), x);
}
