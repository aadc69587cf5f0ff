#include "compiler/probe.h"

#include <errno.h>
#include <string.h>

#include "backend/emit/embedded.h"
#include "compiler/temporary.h"

static bool write_source(const char *folder, const char *file, const char *source, arena *a, diagnostics *d) {
    FILE *f = fopen(temporary_file(a, folder, file), "w");
    bool ok = f && fputs(source, f) >= 0;
    if (f && fclose(f) != 0) ok = false;
    return ok || diag_error(d, file, NULL, "cannot write to %s: %s", folder, strerror(errno));
}

size_t probe_run(const toolchain *t, const char *name, const char *header, const char *const *defines, const char *argument, void *result, size_t size, arena *a,
                 diagnostics *d) {
    const char *folder = temporary_folder(a, d), *source = arena_printf(a, "%s.c", name);
    if (!folder) return 0;
    const char *const sources[] = {source, NULL}, *const arguments[] = {"out", argument, NULL};
    const char *out = temporary_file(a, folder, "out");
    size_t got = 0;
    if ((!header || write_source(folder, arena_printf(a, "%s.h", name), header, a, d)) &&
        write_source(folder, source, embedded_find(arena_printf(a, "runtime/%s", source)), a, d) && toolchain_build(t, folder, sources, defines, name, a, d) &&
        toolchain_run(t, folder, name, arguments, a, d)) {
        FILE *f = fopen(out, "rb");
        if (f) got = fread(result, 1, size, f), fclose(f);
    }
    temporary_remove(folder);
    return got;
}
