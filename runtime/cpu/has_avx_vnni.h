#if defined(__x86_64__)
#include <cpuid.h>
/* Not every compiler's __builtin_cpu_supports has a name for it. Whether the system keeps AVX registers, that for AVX2 says. */
CNNC_INLINE CNNC_UNUSED int has_avx_vnni(void) {
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    return __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) && (eax >> 4 & 1u);
}
#endif
