/* Where each string is among the keys; `keys` where it is not. */
CNNC_INLINE void string_find(int64_t *y, const string_slot *x, ptrdiff_t n, const string_slot *key, ptrdiff_t keys) {
    for (ptrdiff_t i = 0; i < n; i++) {
        ptrdiff_t k = 0;
        while (k < keys && (x[i].size != key[k].size || memcmp(x[i].bytes, key[k].bytes, x[i].size) != 0)) k++;
        y[i] = k;
    }
}
