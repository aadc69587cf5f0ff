#include "compiler/peak.h"

#include <string.h>

#include "backend/backend.h"
#include "backend/emit/embedded.h"
#include "compiler/probe.h"

static int vector_bytes(const target *t) {
    if (strstr(t->attribute, "avx512")) return 64;
    return strstr(t->attribute, "avx2") ? 32 : 16;
}

static void keep_larger(double *x, double y) {
    if (y > *x) *x = y;
}

bool peak_measure(core_peak *p, const toolchain *t, const target *machine, int core, arena *a, diagnostics *d) {
    text vocabulary = {.arena = a};
    backend_vocabulary(machine, embedded_find("runtime/peak.c"), &vocabulary);
    const char *const defines[] = {arena_printf(a, "-DPEAK_BYTES=%d", vector_bytes(machine)),
                                   arena_printf(a, "-DPEAK_SATURATES=%d", machine->saturates), "-ffp-contract=fast", NULL};
    double measured[4];
    if (probe_run(t, "peak", vocabulary.bytes, defines, arena_printf(a, "%d", core), measured, sizeof measured, a, d) != sizeof measured) return false;
    double *kept[4] = {&p->operations, &p->bytes, &p->of_bf16, &p->of_bytes};
    for (int i = 0; i < 4; i++) keep_larger(kept[i], measured[i]);
    return true;
}

double peak_of(const core_peak *p, dtype product) {
    return product == DT_BF16 ? p->of_bf16 : product == DT_U8 ? p->of_bytes : p->operations;
}
