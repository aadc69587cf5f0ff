CNNC_INLINE double selu(double x, double alpha, double gamma) { return gamma * (x > 0.0 ? x : alpha * expm1(x)); }
