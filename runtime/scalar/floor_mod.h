/* a - floor(a / b) * b */
CNNC_INLINE double floor_mod(double a, double b) {
    const double r = fmod(a, b);
    if (r == 0.0) return copysign(r, b);
    return (r < 0.0) != (b < 0.0) ? r + b : r;
}
