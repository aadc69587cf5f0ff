#if defined(__GNUC__)
#define CNNC_INLINE static inline __attribute__((always_inline))
#else
#define CNNC_INLINE static inline
#endif

#if defined(__GNUC__)
#define CNNC_NOINLINE __attribute__((noinline))
#else
#define CNNC_NOINLINE
#endif

#if defined(__GNUC__)
#define CNNC_UNUSED __attribute__((unused))
#else
#define CNNC_UNUSED
#endif

#if defined(__clang__)
#define CNNC_UNROLL_4 _Pragma("clang loop unroll_count(4)")
#elif defined(__GNUC__)
#define CNNC_UNROLL_4 _Pragma("GCC unroll 4")
#else
#define CNNC_UNROLL_4
#endif

#if defined(__clang__)
#define CNNC_UNROLL_8 _Pragma("clang loop unroll_count(8)")
#elif defined(__GNUC__)
#define CNNC_UNROLL_8 _Pragma("GCC unroll 8")
#else
#define CNNC_UNROLL_8
#endif

#if defined(__GNUC__)
#define CNNC_PREFETCH(p) __builtin_prefetch((p), 0, 2)
#else
#define CNNC_PREFETCH(p) (void)(p)
#endif

#define CNNC_ALIGNED _Alignas(64)
