#include "compiler/peak.h"

#include <string.h>

#include "compiler/probe.h"

static int vector_bytes(const target *t) {
    if (strstr(t->attribute, "avx512")) return 64;
    return strstr(t->attribute, "avx2") ? 32 : 16;
}

static void keep_larger(double *x, double y) {
    if (y > *x) *x = y;
}

bool peak_measure(core_peak *p, const toolchain *t, const target *machine, int core, arena *a, diagnostics *d) {
    const char *attribute =
        *machine->attribute ? arena_printf(a, "__attribute__((target(\"%s\")))", machine->attribute) : "";
    const char *const defines[] = {arena_printf(a, "-DPEAK_BYTES=%d", vector_bytes(machine)),
                                   arena_printf(a, "-DPEAK_TARGET=%s", attribute), "-ffp-contract=fast", NULL};
    double measured[2];
    if (probe_run(t, "peak", defines, arena_printf(a, "%d", core), measured, sizeof measured, a, d) != sizeof measured) return false;
    keep_larger(&p->operations, measured[0]);
    keep_larger(&p->bytes, measured[1]);
    return true;
}
