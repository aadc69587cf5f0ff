/* q128: 128 numbers from -8 to 7, eight for each lane of a v16, the first in its lowest four bits. */
typedef __m512i q128;

CNNC_INLINE q128 q128_load(const uint8_t *p) { return _mm512_loadu_si512(p); }
/* Number i of each lane: permutations look at the lowest four bits of a lane only. */
CNNC_INLINE v16 q128_number(q128 a, int i) {
    const v16 numbers = _mm512_setr_ps(0, 1, 2, 3, 4, 5, 6, 7, -8, -7, -6, -5, -4, -3, -2, -1);
    return _mm512_permutexvar_ps(_mm512_srli_epi32(a, (unsigned)i * 4), numbers);
}
