/* x times 10^power, rounded a few times where that is far from 0. */
CNNC_INLINE double times_power_of_ten(double x, int power) {
    static const double ten[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    for (; power > 22 && x < INFINITY; power -= 22) x *= ten[22];
    for (; power < -22 && x > 0.0; power += 22) x /= ten[22];
    return power > 22 || power < -22 ? x : power < 0 ? x / ten[-power] : x * ten[power];
}
