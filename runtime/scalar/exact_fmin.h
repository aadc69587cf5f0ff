/* Of two zeros the first, of a number and NaN the number. */
CNNC_INLINE double exact_fmin(double x, double y) { return y < x || x != x ? y : x; }
