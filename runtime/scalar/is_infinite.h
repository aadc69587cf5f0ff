/* Infinite, with a sign that counts. */
CNNC_INLINE int is_infinite(double x, int negative, int positive) { return isinf(x) && (x < 0.0 ? negative : positive); }
