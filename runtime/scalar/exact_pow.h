/* x^y = e^(y ln x), and what C says of its limits. */
CNNC_INLINE double exact_pow(double x, double y) {
    if (y == 0.0 || x == 1.0) return 1.0;
    if (x != x || y != y) return x + y;
    const double whole = fabs(y) < 9007199254740992.0 ? floor(y) : y;
    const int odd = whole == y && fabs(y) < 9007199254740992.0 && floor(y / 2.0) * 2.0 != y;
    if (x < 0.0 && whole != y && x >= -DBL_MAX) return (double)NAN;
    if (x == -1.0 && fabs(y) > DBL_MAX) return 1.0;
    const double size = fabs(x), r = size == 0.0 ? (y < 0.0 ? (double)INFINITY : 0.0) : size > DBL_MAX ? (y < 0.0 ? 0.0 : (double)INFINITY) : exp(y * log(size));
    return odd && signbit(x) ? -r : r;
}
