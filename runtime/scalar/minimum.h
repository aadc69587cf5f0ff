/* NaN where either is. */
CNNC_INLINE double minimum(double a, double b) { return a < b || isnan(a) ? a : b; }
