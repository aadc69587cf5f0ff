/* x as quarter turns, *n of them modulo 4, and what is returned, between -1 and 1. Of x times 2/pi the
 * bits that count are those from 2 to 2^-190, which only the bits of 2/pi of certain places make (Payne and Hanek 1983): they are
 * multiplied as integers, so that the largest x loses nothing. */
CNNC_INLINE double quarter_turns(double x, int *n) {
    static const uint32_t two_by_pi[] = { /* behind 54 zeros */
        0x00000000, 0x0000028b, 0xe60db939, 0x1054a7f0, 0x9d5f47d4, 0xd377036d, 0x8a5664f1, 0x0e4107f9, 0x458eaf7a, 0xef1586dc,
        0x91b8e909, 0x374b8019, 0x24bba827, 0x464873f8, 0x77ac72c4, 0xa69cfba2, 0x08d7d4ba, 0xed1213a6, 0x71c09ad1, 0x7df904e6,
        0x4758e60d, 0x4ce7d272, 0x117e2ef7, 0xe4a0ec7f, 0xe25fff78, 0x16603fbc, 0xbc462d68, 0x29b47db4, 0xd9fb3c9f, 0x2c26dd3d,
        0x18fd9a79, 0x7fa8b5d4, 0x9eeb1faf, 0x97c5ecf4, 0x1ce7de29, 0x4a4ba9af, 0xed7ec47e, 0x35742158};
    *n = 0;
    if (!(fabs(x) >= 1.0 && fabs(x) <= DBL_MAX)) return x;
    int exponent;
    const uint64_t mantissa = (uint64_t)ldexp(frexp(fabs(x), &exponent), 53), low = mantissa & 0xffffffff, high = mantissa >> 32;
    const int place = (exponent - 1) & 1023, first = place / 32, shift = 32 - place % 32;
    uint32_t product[6];
    uint64_t below = 0, carry_low = 0, carry_high = 0;
    for (int k = 5; k >= 0; k--) {
        const uint64_t bits = ((uint64_t)two_by_pi[first + k] << 32 | two_by_pi[first + k + 1]) >> shift & 0xffffffff;
        const uint64_t of_low = bits * low + carry_low, of_high = below * high + (of_low & 0xffffffff) + carry_high;
        product[k] = (uint32_t)of_high;
        carry_low = of_low >> 32;
        carry_high = of_high >> 32;
        below = bits;
    }
    const uint32_t more_than_half = product[0] >> 29 & 1, flip = more_than_half ? 0xffffffff : 0;
    const int turns = (int)((product[0] >> 30) + more_than_half);
    double part = 0.0;
    for (int k = 5; k > 0; k--) part = (part + (double)(product[k] ^ flip)) * 0x1p-32;
    part = (part + (double)((product[0] ^ flip) & 0x1fffffff)) * 0x1p-30 * 1.5707963267948966;
    *n = (x < 0.0 ? 8 - turns : turns) & 3;
    return more_than_half == (x < 0.0) ? part : -part;
}
