/* NaN where either is. */
CNNC_INLINE double maximum(double a, double b) { return a > b || isnan(a) ? a : b; }
