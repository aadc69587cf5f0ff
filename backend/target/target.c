#include "backend/target/target.h"

#include <string.h>

static const target targets[] = {
#define TARGET(id, name, simd, bytes, dot, pairs, accumulators, registers, all, l1, l2, ghz, fma, pair, l3, dram, guard, attribute, test) \
    {name, simd, bytes, dot, pairs, accumulators, registers, all, l1, l2, ghz, fma, pair, l3, dram, guard, attribute, test},
#include "backend/target/target.def"
#undef TARGET
};

enum { TARGETS = sizeof targets / sizeof *targets };
_Static_assert((int)TARGETS <= (int)TARGET_MAX, "TARGET_MAX must hold every target");

const target *target_find(const char *name) {
    for (int i = 0; i < TARGETS; i++)
        if (!strcmp(targets[i].name, name)) return &targets[i];
    return NULL;
}

const target *target_native(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq"))
        return target_find(!__builtin_cpu_supports("avx512vnni")  ? "x86-64-v4"
                           : __builtin_cpu_supports("avx512bf16") ? "x86-64-v4-bf16"
                                                                  : "x86-64-v4-vnni");
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return target_find("x86-64-v3");
#elif defined(__aarch64__)
    return target_find("aarch64");
#endif
    return target_find("generic");
}

const target *target_canonical(void) { return target_find("x86-64-v3"); }

int targets_parse(const char *list, const target *out[TARGET_MAX], diagnostics *d) {
    bool wanted[TARGET_MAX] = {false};
    for (const char *s = list; *s;) {
        size_t n = strcspn(s, ",");
        char name[32];
        snprintf(name, sizeof name, "%.*s", (int)(n < 31 ? n : 31), s);
        const target *t = strcmp(name, "native") ? target_find(name) : target_native();
        if (!t) {
            diag_error(d, "--target", "known: native, x86-64-v4-bf16, x86-64-v4-vnni, x86-64-v4, x86-64-v3, aarch64, generic; several with commas",
                       "unknown target '%s'", name);
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
