/* sin x where |x| is at most 1. */
CNNC_INLINE double series_sin(double x) {
    double p = 1.0;
    for (int k = 20; k > 0; k -= 2) p = 1.0 - p * x * x / (double)(k * (k + 1));
    return x * p;
}
