CNNC_INLINE double swish(double x, double alpha) { return x / (1.0 + exp(-alpha * x)); }
