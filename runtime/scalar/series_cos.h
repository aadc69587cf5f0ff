/* cos x where |x| is at most 1. */
CNNC_INLINE double series_cos(double x) {
    double p = 1.0;
    for (int k = 19; k > 0; k -= 2) p = 1.0 - p * x * x / (double)(k * (k + 1));
    return p;
}
