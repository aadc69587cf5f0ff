CNNC_INLINE double exact_asinh(double x) {
    const double a = fabs(x), y = a < 1e9 ? log1p(a + a * a / (1.0 + sqrt(1.0 + a * a))) : log(a) + 0.69314718055994531;
    return copysign(y, x);
}
