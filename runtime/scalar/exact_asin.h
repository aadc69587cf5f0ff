CNNC_INLINE double exact_asin(double x) { return atan(x / sqrt((1.0 - x) * (1.0 + x))); }
