/* ln x: x = 2^n m with m near 1, ln m = 2 artanh f by its series, f = (m - 1) / (m + 1). */
CNNC_INLINE double exact_log(double x) {
    if (!(x > 0.0)) return x == 0.0 ? -(double)INFINITY : (double)NAN;
    if (x > DBL_MAX) return x;
    int n;
    double m = frexp(x, &n);
    if (m < 0.70710678118654752) m *= 2.0, n--;
    const double f = (m - 1.0) / (m + 1.0), square = f * f;
    double p = 0.0;
    for (int k = 25; k > 0; k -= 2) p = p * square + 2.0 / (double)k;
    return (double)n * 0.693147180369123816490 + (f * p + (double)n * 1.90821492927058770002e-10);
}
