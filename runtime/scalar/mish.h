CNNC_INLINE double mish(double x) { return x * tanh(log1p(exp(-fabs(x))) + (x > 0.0 ? x : 0.0)); }
