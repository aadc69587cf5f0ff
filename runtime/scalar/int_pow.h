/* a^b modulo 2^64; a negative b leaves 1/a^-b, rounded towards zero. */
CNNC_INLINE int64_t int_pow(int64_t a, int64_t b) {
    if (b < 0) return a == 1 ? 1 : a == -1 ? (b % 2 ? -1 : 1) : 0;
    uint64_t result = 1, square = (uint64_t)a;
    for (; b; b /= 2, square *= square)
        if (b % 2) result *= square;
    return (int64_t)result;
}
