/* --tune FILE: reading it, and for which compiler. */
#include <errno.h>
#include <string.h>

#include "compiler/model.h"

char *tuning_bytes(const char *path, bool must_exist, size_t *size, arena *a, diagnostics *d) {
    *size = 0;
    FILE *f = fopen(path, "r");
    if (!f && errno == ENOENT && !must_exist) return arena_strdup(a, "");
    if (!f) {
        diag_error(d, path, NULL, "cannot be opened: %s", strerror(errno));
        return NULL;
    }
    size_t capacity = 1 << 16;
    char *bytes = arena_alloc(a, capacity);
    for (size_t got; (got = fread(bytes + *size, 1, capacity - 1 - *size, f)) > 0;) {
        *size += got;
        if (*size < capacity - 1) continue;
        char *more = arena_alloc(a, 2 * capacity);
        memcpy(more, bytes, *size);
        bytes = more;
        capacity *= 2;
    }
    bool ok = !ferror(f);
    bytes[*size] = '\0';
    fclose(f);
    if (ok) diag_read(d, path);
    if (!ok) diag_error(d, path, NULL, "cannot be read: %s", strerror(errno));
    return ok ? bytes : NULL;
}

bool model_build_with(model_options *o, toolchain *t, arena *a, diagnostics *d) {
    if (!toolchain_complete(t, a, d)) return false;
    if (!o->tuning_path) return true;
    o->compiler = toolchain_identify(t, a, d);
    return o->compiler != NULL;
}
