CNNC_INLINE double exact_tan(double x) {
    int n;
    const double r = quarter_turns(x, &n), y = series_sin(r) / series_cos(r);
    return fabs(x) > DBL_MAX ? (double)NAN : n & 1 ? -1.0 / y : y;
}
