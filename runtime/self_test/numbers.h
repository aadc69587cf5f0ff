/* Golden inputs, a function of the seed alone: elements are `mask` bits of the generator over the bits of `base`, which
 * makes floats of [0.5, 1) with either sign. The generator is xorshift32 (Marsaglia, "Xorshift RNGs", 2003). */
CNNC_UNUSED static void self_test_fill(uint32_t *state, void *to, size_t count, size_t element, uint64_t mask,
                                       uint64_t base) {
    for (size_t i = 0; i < count; i++) {
        *state ^= *state << 13;
        *state ^= *state >> 17;
        *state ^= *state << 5;
        const uint64_t bits = (((uint64_t)*state << 32 | *state) & mask) | base;
        const uint32_t four = (uint32_t)bits;
        const uint16_t two = (uint16_t)bits;
        const uint8_t one = (uint8_t)bits;
        const void *const from = element == 8 ? (const void *)&bits : element == 4 ? (const void *)&four : element == 2 ? (const void *)&two : &one;
        memcpy((unsigned char *)to + i * element, from, element);
    }
}

/* What element i counts in a sum, from -1 to 1: another order of the elements makes another sum. */
CNNC_INLINE double self_test_weight(uint32_t i) { return (double)(int32_t)(i * 2654435769u) * 0x1p-31; }
