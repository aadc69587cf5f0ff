CNNC_INLINE int same_string(const string_slot *a, const string_slot *b) { return a->size == b->size && !memcmp(a->bytes, b->bytes, a->size); }

CNNC_INLINE void string_equal(uint8_t *y, const string_slot *a, const string_slot *b, ptrdiff_t n) {
    for (ptrdiff_t i = 0; i < n; i++) y[i] = (uint8_t)same_string(&a[i], &b[i]);
}
