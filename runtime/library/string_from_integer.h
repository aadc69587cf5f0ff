CNNC_INLINE void string_from_integer(string_slot *y, const int64_t *x, ptrdiff_t n, int32_t *status) {
    for (ptrdiff_t i = 0; i < n; i++) {
        char text[20];
        size_t at = sizeof text;
        uint64_t rest = x[i] < 0 ? 0 - (uint64_t)x[i] : (uint64_t)x[i];
        do text[--at] = (char)('0' + rest % 10);
        while (rest /= 10);
        if (x[i] < 0) text[--at] = '-';
        y[i].size = 0;
        string_append(&y[i], text + at, sizeof text - at, status);
    }
}
