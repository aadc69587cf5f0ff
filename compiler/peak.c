#include "compiler/peak.h"

#include <errno.h>
#include <string.h>

#include "backend/emit/embedded.h"
#include "compiler/temporary.h"

static int vector_bytes(const target *t) {
    if (strstr(t->attribute, "avx512")) return 64;
    return strstr(t->attribute, "avx2") ? 32 : 16;
}

static bool write_source(const char *folder, arena *a, diagnostics *d) {
    FILE *f = fopen(temporary_file(a, folder, "peak.c"), "w");
    bool ok = f && fputs(embedded_find("runtime/peak.c"), f) >= 0;
    if (f && fclose(f) != 0) ok = false;
    return ok || diag_error(d, "peak.c", NULL, "cannot write to %s: %s", folder, strerror(errno));
}

static bool build_and_run(const toolchain *t, const target *machine, const char *folder, int core, arena *a,
                          diagnostics *d) {
    const char *const sources[] = {"peak.c", NULL};
    const char *attribute =
        *machine->attribute ? arena_printf(a, "__attribute__((target(\"%s\")))", machine->attribute) : "";
    const char *const defines[] = {arena_printf(a, "-DPEAK_BYTES=%d", vector_bytes(machine)),
                                   arena_printf(a, "-DPEAK_TARGET=%s", attribute), "-ffp-contract=fast", NULL};
    const char *const arguments[] = {"out", arena_printf(a, "%d", core), NULL};
    return write_source(folder, a, d) && toolchain_build(t, folder, sources, defines, "peak", a, d) &&
           toolchain_run(t, folder, "peak", arguments, a, d);
}

double peak_measure(const toolchain *t, const target *machine, int core, arena *a, diagnostics *d) {
    const char *folder = temporary_folder(a, d);
    if (!folder) return 0;
    double rate = 0;
    const char *out = temporary_file(a, folder, "out");
    if (build_and_run(t, machine, folder, core, a, d)) {
        FILE *f = fopen(out, "rb");
        if (!f || fread(&rate, sizeof rate, 1, f) != 1) rate = 0;
        if (f) fclose(f);
    }
    temporary_remove(folder);
    return rate;
}
