CNNC_INLINE double exact_sin(double x) {
    int n;
    const double r = quarter_turns(x, &n), y = n & 1 ? series_cos(r) : series_sin(r);
    return fabs(x) > DBL_MAX ? (double)NAN : n & 2 ? -y : y;
}
