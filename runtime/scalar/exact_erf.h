/* erf x = 2 / sqrt(pi) e^-x^2 sum of 2^k x^(2k+1) / (1 3 5 ... (2k+1)), whose terms have one sign. */
CNNC_INLINE double exact_erf(double x) {
    if (!(fabs(x) < 6.0)) return x == x ? copysign(1.0, x) : x;
    double term = x, sum = x;
    for (int k = 1; k < 160; k++) term *= 2.0 * x * x / (double)(2 * k + 1), sum += term;
    return 1.1283791670955126 * exp(-x * x) * sum;
}
