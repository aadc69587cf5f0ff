CNNC_INLINE double exact_acosh(double x) {
    const double t = x - 1.0;
    if (!(t >= 0.0)) return (double)NAN;
    return t < 1e9 ? log1p(t + sqrt(t * (2.0 + t))) : log(x) + 0.69314718055994531;
}
