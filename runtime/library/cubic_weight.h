/* The cubic convolution kernel with coefficient a. */
CNNC_INLINE double cubic_weight(double t, double a) {
    t = fabs(t);
    if (t < 1.0) return ((a + 2.0) * t - (a + 3.0)) * t * t + 1.0;
    return t < 2.0 ? ((t - 5.0) * t + 8.0) * t * a - 4.0 * a : 0.0;
}
