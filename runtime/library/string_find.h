/* Where each string comes last among the keys; `keys` where it does not. */
CNNC_INLINE void string_find(int64_t *y, const string_slot *x, ptrdiff_t n, const string_slot *key, ptrdiff_t keys) {
    for (ptrdiff_t i = 0; i < n; i++) {
        y[i] = keys;
        for (ptrdiff_t k = keys - 1; k >= 0 && y[i] == keys; k--)
            if (x[i].size == key[k].size && !memcmp(x[i].bytes, key[k].bytes, x[i].size)) y[i] = k;
    }
}
