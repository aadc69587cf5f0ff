CNNC_INLINE double hard_sigmoid(double x, double alpha, double beta) { return fmax(0.0, fmin(1.0, alpha * x + beta)); }
