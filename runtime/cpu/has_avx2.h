#if defined(__x86_64__)
/* And the multiply-adds that come with it. */
CNNC_INLINE CNNC_UNUSED int has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
#endif
