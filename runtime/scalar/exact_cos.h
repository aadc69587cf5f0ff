CNNC_INLINE double exact_cos(double x) {
    int n;
    const double r = quarter_turns(x, &n), y = n & 1 ? series_sin(r) : series_cos(r);
    return fabs(x) > DBL_MAX ? (double)NAN : ((n + 1) & 2) != 0 ? -y : y;
}
