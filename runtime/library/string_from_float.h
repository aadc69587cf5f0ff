/* With 6 decimals, as %f of printf has it: 0.100000, 100000000.000000, -inf, nan. */
CNNC_INLINE void string_from_float(string_slot *y, const float *x, ptrdiff_t n, int32_t *status) {
    for (ptrdiff_t i = 0; i < n; i++) {
        double millionths = nearbyint(fabs((double)x[i]) * 1e6); /* exact: 24 bits by 20 bits */
        y[i].size = 0;
        if (signbit(x[i])) string_append(&y[i], "-", 1, status);
        if (!(millionths < INFINITY)) {
            string_append(&y[i], millionths > 0.0 ? "inf" : "nan", 3, status);
            continue;
        }
        int doublings = 0;
        for (; millionths >= 0x1p53; millionths *= 0.5) doublings++;
        uint32_t digits[5] = {(uint32_t)((uint64_t)millionths % 1000000000), (uint32_t)((uint64_t)millionths / 1000000000)}; /* nine each, last ones first */
        for (; doublings > 0; doublings--)
            for (uint32_t k = 0, carry = 0; k < 5; k++) {
                const uint32_t twice = 2 * digits[k] + carry;
                carry = twice >= 1000000000;
                digits[k] = carry ? twice - 1000000000 : twice;
            }
        char text[46];
        int first = 38; /* at least one before the point */
        for (int k = 44, at = 45; k >= 0; k--, at--) {
            if (k == 38) text[at--] = '.';
            text[at] = (char)('0' + digits[(44 - k) / 9] % 10);
            digits[(44 - k) / 9] /= 10;
            if (text[at] != '0' && at < first) first = at;
        }
        string_append(&y[i], text + first, (size_t)(46 - first), status);
    }
}
