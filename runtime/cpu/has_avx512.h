#if defined(__x86_64__)
/* What every CPU since Skylake-X has of it. */
CNNC_INLINE CNNC_UNUSED int has_avx512(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq");
}
#endif
