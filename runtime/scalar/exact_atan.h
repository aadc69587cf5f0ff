/* atan x: that of 1/x beyond 1, a quarter of it by tan(a/2) = tan a / (1 + sqrt(1 + tan^2 a)) twice, and the series. */
CNNC_INLINE double exact_atan(double x) {
    const double size = fabs(x), a = size > 1.0 ? 1.0 / size : size, half = a / (1.0 + sqrt(1.0 + a * a));
    const double t = half / (1.0 + sqrt(1.0 + half * half)), square = t * t;
    double p = 0.0;
    for (int k = 25; k > 0; k -= 2) p = 1.0 / (double)k - p * square;
    const double y = 4.0 * (t * p);
    return x != x ? x : copysign(size > 1.0 ? 1.5707963267948966 - y : y, x);
}
