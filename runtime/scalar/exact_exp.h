/* e^x: x = n ln 2 + r with |r| <= ln 2 / 2, e^r by its series. */
CNNC_INLINE double exact_exp(double x) {
    if (!(x < 709.8)) return x < 0.0 || x >= 709.8 ? (double)INFINITY : x; /* too large, or NaN */
    if (x < -745.2) return 0.0;
    const double n = nearbyint(x * 1.4426950408889634), r = x - n * 0.693147180369123816490 - n * 1.90821492927058770002e-10;
    double p = 1.0;
    for (int k = 14; k > 0; k--) p = 1.0 + p * r / (double)k;
    return ldexp(p, (int)n);
}
