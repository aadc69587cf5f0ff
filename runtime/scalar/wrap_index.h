/* An index of an axis of size n, negative ones from its end; what is outside is taken to the border. */
CNNC_INLINE ptrdiff_t wrap_index(int64_t i, ptrdiff_t n) {
    if (i < 0) i += n;
    return i < 0 ? 0 : i >= n ? n - 1 : (ptrdiff_t)i;
}
