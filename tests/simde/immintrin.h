/* AVX-512 for machines without it. Put first on the include path (-Itests/simde), this header stands in for the compiler's
 * own: the intrinsics that emitted code calls are then SIMDe's, in terms of what the CPU has. */
#ifdef SIMDE_IMMINTRIN_H
#include_next <immintrin.h> /* SIMDe asks for what the CPU has */
#else
#define SIMDE_IMMINTRIN_H
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx2.h>
#include <simde/x86/fma.h>
#include <simde/x86/avx512.h>

/* What SIMDe 0.7.4 lacks. */
static inline simde__m512 shim_maskz_loadu_ps(simde__mmask16 mask, const float *p) {
    float lanes[16] = {0};
    for (int i = 0; i < 16; i++)
        if (mask >> i & 1) lanes[i] = p[i];
    return simde_mm512_loadu_ps(lanes);
}
static inline void shim_mask_storeu_ps(float *p, simde__mmask16 mask, simde__m512 a) {
    float lanes[16];
    simde_mm512_storeu_ps(lanes, a);
    for (int i = 0; i < 16; i++)
        if (mask >> i & 1) p[i] = lanes[i];
}
static inline simde__m256 shim_extractf32x8_ps(simde__m512 a, int half) {
    float lanes[16];
    simde_mm512_storeu_ps(lanes, a);
    return simde_mm256_loadu_ps(lanes + 8 * half);
}
/* In halves, as compilers do it: lanes 8 apart first. */
static inline float shim_reduce_max_ps(simde__m512 a) {
    float lanes[16];
    simde_mm512_storeu_ps(lanes, a);
    for (int half = 8; half; half /= 2)
        for (int i = 0; i < half; i++) lanes[i] = lanes[i] > lanes[i + half] ? lanes[i] : lanes[i + half];
    return lanes[0];
}
/* NAME(vector): each of 16 numbers x on its own, `put` and `get` being how vectors of them are stored and loaded. */
#define SHIM_LANES(name, from_vector, from_number, put, to_vector, to_number, get, of_x)                                            \
    static inline to_vector name(from_vector a) {                                                                                  \
        from_number from[16];                                                                                                      \
        to_number to[16];                                                                                                          \
        put((void *)from, a);                                                                                                      \
        for (int i = 0; i < 16; i++) {                                                                                             \
            const from_number x = from[i];                                                                                         \
            to[i] = (to_number)(of_x);                                                                                             \
        }                                                                                                                          \
        return get((const void *)to);                                                                                              \
    }
/* Of finite numbers. */
static inline float shim_float_of_half(uint16_t x) {
    int exponent = x >> 10 & 31, mantissa = x & 1023;
    float magnitude = exponent ? ldexpf((float)(mantissa + 1024), exponent - 25) : ldexpf((float)mantissa, -24);
    return x >> 15 ? -magnitude : magnitude;
}
SHIM_LANES(shim_cvtepu16_epi32, simde__m256i, uint16_t, simde_mm256_storeu_si256, simde__m512i, int32_t, simde_mm512_loadu_si512, x)
SHIM_LANES(shim_cvtepi8_epi32, simde__m128i, int8_t, simde_mm_storeu_si128, simde__m512i, int32_t, simde_mm512_loadu_si512, x)
SHIM_LANES(shim_cvtepu8_epi32, simde__m128i, uint8_t, simde_mm_storeu_si128, simde__m512i, int32_t, simde_mm512_loadu_si512, x)
SHIM_LANES(shim_cvtepi32_epi8, simde__m512i, int32_t, simde_mm512_storeu_si512, simde__m128i, uint8_t, simde_mm_loadu_si128, x)
SHIM_LANES(shim_cvtepi32_epi16, simde__m512i, int32_t, simde_mm512_storeu_si512, simde__m256i, uint16_t, simde_mm256_loadu_si256, x)
SHIM_LANES(shim_cvtepi32_ps, simde__m512i, int32_t, simde_mm512_storeu_si512, simde__m512, float, simde_mm512_loadu_ps, x)
SHIM_LANES(shim_cvtps_epi32, simde__m512, float, simde_mm512_storeu_ps, simde__m512i, int32_t, simde_mm512_loadu_si512, lrintf(x))
SHIM_LANES(shim_cvtph_ps, simde__m256i, uint16_t, simde_mm256_storeu_si256, simde__m512, float, simde_mm512_loadu_ps, shim_float_of_half(x))
static inline simde__m512i shim_sra_epi32(simde__m512i a, simde__m128i bits) {
    int32_t lanes[16];
    simde_mm512_storeu_si512(lanes, a);
    for (int i = 0; i < 16; i++) lanes[i] >>= simde_mm_cvtsi128_si32(bits);
    return simde_mm512_loadu_si512(lanes);
}
#undef _mm512_madd_epi16
#define _mm512_madd_epi16(a, b) simde_mm512_madd_epi16(a, b) /* 0.7.4 names it with a mask */
#undef _mm512_maskz_loadu_ps
#undef _mm512_mask_storeu_ps
#undef _mm512_extractf32x8_ps
#undef _mm512_reduce_max_ps
#undef _mm512_cvtepu16_epi32
#undef _mm512_cvtepi8_epi32
#undef _mm512_cvtepu8_epi32
#undef _mm512_cvtepi32_ps
#undef _mm512_cvtepi32_epi8
#undef _mm512_cvtepi32_epi16
#undef _mm512_cvtps_epi32
#undef _mm512_sra_epi32
#undef _mm512_cvtph_ps
#define _mm512_cvtepu16_epi32(a) shim_cvtepu16_epi32(a)
#define _mm512_cvtepi8_epi32(a) shim_cvtepi8_epi32(a)
#define _mm512_cvtepu8_epi32(a) shim_cvtepu8_epi32(a)
#define _mm512_cvtepi32_ps(a) shim_cvtepi32_ps(a)
#define _mm512_cvtepi32_epi8(a) shim_cvtepi32_epi8(a)
#define _mm512_cvtepi32_epi16(a) shim_cvtepi32_epi16(a)
#define _mm512_cvtps_epi32(a) shim_cvtps_epi32(a)
#define _mm512_sra_epi32(a, bits) shim_sra_epi32(a, bits)
#define _mm512_cvtph_ps(a) shim_cvtph_ps(a)
#define _mm512_maskz_loadu_ps(mask, p) shim_maskz_loadu_ps(mask, p)
#define _mm512_mask_storeu_ps(p, mask, a) shim_mask_storeu_ps(p, mask, a)
#define _mm512_extractf32x8_ps(a, half) shim_extractf32x8_ps(a, half)
#define _mm512_reduce_max_ps(a) shim_reduce_max_ps(a)

/* This CPU will do, and the compiler must not be allowed AVX-512 for the rest of the file: emitted code asks GNU compilers
 * for it by pragma, and keeps to standard C with others. */
#define __builtin_cpu_supports(feature) 1
#undef __GNUC__
#undef __clang__
#endif
