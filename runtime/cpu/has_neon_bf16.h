#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
/* HWCAP2_BF16 of Linux. */
CNNC_INLINE CNNC_UNUSED int has_neon_bf16(void) { return getauxval(AT_HWCAP2) >> 14 & 1u; }
#elif defined(__ARM_FEATURE_BF16_VECTOR_ARITHMETIC)
CNNC_INLINE CNNC_UNUSED int has_neon_bf16(void) { return 1; }
#else
CNNC_INLINE CNNC_UNUSED int has_neon_bf16(void) { return 0; }
#endif
