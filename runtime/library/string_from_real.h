/* With 8 digits at most, as %.8g of printf has it: 0.1, 1e+08, 1.2345679e-05, -INF, NaN. What is nearer to a half of the last digit
 * than doubles can tell may be rounded either way. */
CNNC_INLINE void string_from_real(string_slot *y, const double *x, ptrdiff_t n, int32_t *status) {
    for (ptrdiff_t i = 0; i < n; i++) {
        const double size = fabs(x[i]);
        char text[24] = {0};
        size_t end = 0;
        y[i].size = 0;
        if (!(size < INFINITY)) {
            if (size > 0.0) string_append(&y[i], x[i] < 0.0 ? "-INF" : "INF", x[i] < 0.0 ? 4 : 3, status);
            else string_append(&y[i], "NaN", 3, status);
            continue;
        }
        int power = size > 0.0 ? (int)floor(log10(size)) : 0;
        double digits = nearbyint(times_power_of_ten(size, 7 - power));
        if (digits >= 1e8 || (size > 0.0 && digits < 1e7)) { /* the logarithm was rounded, or the digits were */
            power += digits >= 1e8 ? 1 : -1;
            digits = nearbyint(times_power_of_ten(size, 7 - power));
        }
        char digit[8];
        int count = 8;
        for (int k = 7, rest = (int)digits; k >= 0; k--, rest /= 10) digit[k] = (char)('0' + rest % 10);
        while (count > 1 && digit[count - 1] == '0') count--;
        const int scientific = power < -4 || power >= 8, whole = scientific ? 1 : power + 1;
        if (signbit(x[i])) text[end++] = '-';
        if (whole <= 0) text[end++] = '0', text[end++] = '.';
        for (int k = whole; k < 0; k++) text[end++] = '0';
        for (int k = 0; k < count || k < whole; k++) {
            if (k == whole && k) text[end++] = '.';
            text[end++] = k < count ? digit[k] : '0';
        }
        if (scientific) {
            const int far = power < 0 ? -power : power;
            text[end++] = 'e', text[end++] = power < 0 ? '-' : '+';
            if (far >= 100) text[end++] = (char)('0' + far / 100);
            text[end++] = (char)('0' + far / 10 % 10), text[end++] = (char)('0' + far % 10);
        }
        string_append(&y[i], text, end, status);
    }
}
