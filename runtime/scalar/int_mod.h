/* The remainder with the sign of a (truncate) or b; 0 where b is 0. */
CNNC_INLINE int64_t int_mod(int64_t a, int64_t b, int truncate) {
    if (b == 0 || b == -1) return 0;
    const int64_t r = a % b;
    return r && !truncate && (r < 0) != (b < 0) ? r + b : r;
}
