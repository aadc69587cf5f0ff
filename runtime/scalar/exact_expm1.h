/* e^x - 1; near zero, where that cancels, by the series. */
CNNC_INLINE double exact_expm1(double x) {
    if (!(fabs(x) < 0.35)) return exp(x) - 1.0;
    double p = 1.0;
    for (int k = 14; k > 1; k--) p = 1.0 + p * x / (double)k;
    return p * x;
}
