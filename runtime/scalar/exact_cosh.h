CNNC_INLINE double exact_cosh(double x) {
    const double root = exp(fabs(x) / 2.0);
    return root / 2.0 * root + 0.5 / root / root;
}
