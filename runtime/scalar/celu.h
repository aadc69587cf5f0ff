CNNC_INLINE double celu(double x, double alpha) { return x < 0.0 ? alpha * expm1(x / alpha) : x; }
