/* Where position i of an axis of size n finds its element when the axis is padded; mode 'c'onstant: -1, nowhere, outside;
 * 'e'dge, 'r'eflect, 'w'rap. */
CNNC_INLINE ptrdiff_t padded_index(ptrdiff_t i, ptrdiff_t n, int mode) {
    if (i >= 0 && i < n) return i;
    if (mode == 'c' || n < 1) return -1;
    if (mode == 'e' || n == 1) return i < 0 ? 0 : n - 1;
    const ptrdiff_t period = mode == 'w' ? n : 2 * (n - 1), at = (i % period + period) % period;
    return at < n ? at : period - at;
}
