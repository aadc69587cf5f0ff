#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
/* HWCAP_ASIMDDP of Linux. */
CNNC_INLINE CNNC_UNUSED int has_neon_dotprod(void) { return getauxval(AT_HWCAP) >> 20 & 1u; }
#elif defined(__ARM_FEATURE_DOTPROD)
CNNC_INLINE CNNC_UNUSED int has_neon_dotprod(void) { return 1; }
#else
CNNC_INLINE CNNC_UNUSED int has_neon_dotprod(void) { return 0; }
#endif
