/* ln(1 + x): what rounding takes from 1 + x goes into the quotient (Kahan). */
CNNC_INLINE double exact_log1p(double x) {
    const double u = 1.0 + x;
    if (u == 1.0 || u > DBL_MAX) return x;
    return log(u) * (x / (u - 1.0));
}
