/* The half of it has the tangent sqrt((1 - x) / (1 + x)). */
CNNC_INLINE double exact_acos(double x) { return 2.0 * atan(sqrt((1.0 - x) / (1.0 + x))); }
