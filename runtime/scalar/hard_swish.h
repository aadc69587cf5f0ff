CNNC_INLINE double hard_swish(double x) { return x * fmax(0.0, fmin(1.0, x / 6.0 + 0.5)); }
