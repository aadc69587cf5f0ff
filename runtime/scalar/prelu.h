CNNC_INLINE double prelu(double x, double slope) { return x < 0.0 ? slope * x : x; }
