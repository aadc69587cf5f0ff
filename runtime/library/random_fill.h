/* The Mersenne Twister MT19937, seeded and drawn from as numpy.random.RandomState does: equal seeds give equal numbers. */
typedef struct random_state {
    uint32_t word[624];
    int next;
} random_state;

CNNC_INLINE uint32_t random_word(random_state *r) {
    if (r->next == 624) {
        for (int i = 0; i < 624; i++) {
            const uint32_t y = (r->word[i] & 0x80000000u) | (r->word[(i + 1) % 624] & 0x7fffffffu);
            r->word[i] = r->word[(i + 397) % 624] ^ (y >> 1) ^ ((y & 1u) ? 0x9908b0dfu : 0u);
        }
        r->next = 0;
    }
    uint32_t y = r->word[r->next++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

CNNC_INLINE double random_unit(random_state *r) { /* 53 random bits: [0, 1) */
    const uint32_t high = random_word(r) >> 5, low = random_word(r) >> 6;
    return ((double)high * 67108864.0 + (double)low) / 9007199254740992.0;
}

/* count numbers of [0, 1), or (normal) of the normal distribution by Marsaglia's polar method. */
CNNC_INLINE void random_fill(double *y, ptrdiff_t count, ptrdiff_t seed, int normal) {
    random_state r = {.next = 624};
    r.word[0] = (uint32_t)seed;
    for (uint32_t i = 1; i < 624; i++) r.word[i] = 1812433253u * (r.word[i - 1] ^ (r.word[i - 1] >> 30)) + i;
    for (ptrdiff_t i = 0; !normal && i < count; i++) y[i] = random_unit(&r);
    for (ptrdiff_t i = 0; normal && i < count; i += 2) {
        double a, b, square;
        do {
            a = 2.0 * random_unit(&r) - 1.0;
            b = 2.0 * random_unit(&r) - 1.0;
            square = a * a + b * b;
        } while (square >= 1.0 || square <= 0.0);
        const double scale = sqrt(-2.0 * log(square) / square);
        y[i] = scale * b;
        if (i + 1 < count) y[i + 1] = scale * a;
    }
}
