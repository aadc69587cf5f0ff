CNNC_INLINE void string_concat(string_slot *y, const string_slot *a, const string_slot *b, ptrdiff_t n, int32_t *status) {
    memset(y, 0, sizeof *y * (size_t)n);
    for (ptrdiff_t i = 0; i < n; i++) {
        string_append(&y[i], a[i].bytes, a[i].size, status);
        string_append(&y[i], b[i].bytes, b[i].size, status);
    }
}
