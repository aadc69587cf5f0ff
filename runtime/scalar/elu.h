CNNC_INLINE double elu(double x, double alpha) { return x < 0.0 ? alpha * expm1(x) : x; }
