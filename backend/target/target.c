#include "backend/target/target.h"

#include <string.h>

#define CNNC_INLINE static inline
#define CNNC_UNUSED
#include "runtime/cpu/has_avx2.h"
#include "runtime/cpu/has_avx512.h"
#include "runtime/cpu/has_avx_vnni.h"
#include "runtime/cpu/has_neon_bf16.h"
#include "runtime/cpu/has_neon_dotprod.h"

static const target targets[] = {
#define TARGET(id, name, ...) {name, __VA_ARGS__},
#include "backend/target/target.def"
#undef TARGET
};

static const char known[] = "known: native"
#define TARGET(id, name, ...) ", " name
#include "backend/target/target.def"
#undef TARGET
                            "; several with commas";

enum {
#define TARGET(id, ...) id,
#include "backend/target/target.def"
#undef TARGET
    TARGETS
};
_Static_assert((int)TARGETS <= (int)TARGET_MAX, "TARGET_MAX must hold every target");

const target *target_find(const char *name) {
    for (int i = 0; i < TARGETS; i++)
        if (!strcmp(targets[i].name, name)) return &targets[i];
    return NULL;
}

const target *target_native(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (has_avx512())
        return &targets[!__builtin_cpu_supports("avx512vnni") ? X86_64_V4 : __builtin_cpu_supports("avx512bf16") ? X86_64_V4_BF16 : X86_64_V4_VNNI];
    if (has_avx2()) return &targets[has_avx_vnni() ? X86_64_V3_VNNI : X86_64_V3];
#elif defined(__aarch64__)
    return &targets[!has_neon_dotprod() ? AARCH64 : has_neon_bf16() ? AARCH64_BF16 : AARCH64_DOTPROD];
#endif
    return &targets[GENERIC];
}

const target *target_canonical(void) { return &targets[X86_64_V3]; }

int targets_parse(const char *list, const target *out[TARGET_MAX], diagnostics *d) {
    bool wanted[TARGET_MAX] = {false};
    for (const char *s = list; *s;) {
        size_t n = strcspn(s, ",");
        char name[32];
        snprintf(name, sizeof name, "%.*s", (int)(n < 31 ? n : 31), s);
        const target *t = strcmp(name, "native") ? target_find(name) : target_native();
        if (!t) {
            diag_error(d, "--target", known, "unknown target '%s'", name);
            return 0;
        }
        wanted[t - targets] = true;
        s += n + (s[n] == ',');
    }
    int n = 0;
    for (int i = 0; i < TARGETS; i++)
        if (wanted[i]) out[n++] = &targets[i];
    if (!n) diag_error(d, "--target", "give at least one, such as native", "no target named");
    return n;
}
