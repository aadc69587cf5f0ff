CNNC_INLINE double softsign(double x) { return x / (1.0 + fabs(x)); }
