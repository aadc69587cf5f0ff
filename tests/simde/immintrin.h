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
/* In halves, as compilers do it: lanes 8 apart first. */
static inline float shim_reduce_add_ps(simde__m512 a) {
    float lanes[16];
    simde_mm512_storeu_ps(lanes, a);
    for (int half = 8; half; half /= 2)
        for (int i = 0; i < half; i++) lanes[i] += lanes[i + half];
    return lanes[0];
}
static inline float shim_reduce_max_ps(simde__m512 a) {
    float lanes[16];
    simde_mm512_storeu_ps(lanes, a);
    for (int half = 8; half; half /= 2)
        for (int i = 0; i < half; i++) lanes[i] = lanes[i] > lanes[i + half] ? lanes[i] : lanes[i + half];
    return lanes[0];
}
#undef _mm512_maskz_loadu_ps
#undef _mm512_mask_storeu_ps
#undef _mm512_reduce_add_ps
#undef _mm512_reduce_max_ps
#define _mm512_maskz_loadu_ps(mask, p) shim_maskz_loadu_ps(mask, p)
#define _mm512_mask_storeu_ps(p, mask, a) shim_mask_storeu_ps(p, mask, a)
#define _mm512_reduce_add_ps(a) shim_reduce_add_ps(a)
#define _mm512_reduce_max_ps(a) shim_reduce_max_ps(a)

/* This CPU will do, and the compiler must not be allowed AVX-512 for the rest of the file: emitted code asks GNU compilers
 * for it by pragma, and keeps to standard C with others. */
#define __builtin_cpu_supports(feature) 1
#undef __GNUC__
#undef __clang__
#endif
