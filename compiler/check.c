#include "compiler/check.h"

#include <clang-c/Index.h>
#include <string.h>

/* What the files must look like under their final names. */
typedef struct unsaved_files {
    struct CXUnsavedFile files[OUTPUT_MAX];
    unsigned n;
    const char *main;
} unsaved_files;

static bool read_whole(const char *path, arena *a, struct CXUnsavedFile *out) {
    FILE *f = fopen(path, "rb");
    if (!f) return false;
    long size = fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
    bool ok = size >= 0 && fseek(f, 0, SEEK_SET) == 0;
    char *bytes = arena_alloc(a, ok ? (size_t)size + 1 : 1);
    ok = ok && fread(bytes, 1, (size_t)size, f) == (size_t)size;
    fclose(f);
    out->Contents = bytes;
    out->Length = ok ? (unsigned long)size : 0;
    return ok;
}

static bool ends_with(const char *s, const char *end) {
    size_t n = strlen(s), m = strlen(end);
    return n >= m && !strcmp(s + n - m, end);
}

static bool gather(const output_set *set, unsaved_files *u, diagnostics *d) {
    for (int i = 0; i < set->n; i++) {
        const char *path = set->files[i].path;
        if (ends_with(path, ".weights")) continue;
        /* The name under which an #include of the main file finds it. */
        if (!strchr(path, '/')) path = arena_printf(set->arena, "./%s", path);
        if (ends_with(path, ".c")) u->main = path;
        u->files[u->n].Filename = path;
        if (!read_whole(set->files[i].temporary, set->arena, &u->files[u->n++]))
            return diag_error(d, path, NULL, "cannot read back what was written");
    }
    return u->main != NULL;
}

/* Everything the parser says is a defect of ours. */
static bool report(CXTranslationUnit unit, const char *machine, diagnostics *d) {
    bool clean = true;
    for (unsigned i = 0, n = clang_getNumDiagnostics(unit); i < n; i++) {
        CXDiagnostic said = clang_getDiagnostic(unit, i);
        CXString line = clang_formatDiagnostic(said, clang_defaultDiagnosticDisplayOptions());
        if (clang_getDiagnosticSeverity(said) >= CXDiagnostic_Warning)
            clean = diag_error(d, machine, NULL, "%s", clang_getCString(line));
        clang_disposeString(line);
        clang_disposeDiagnostic(said);
    }
    return clean;
}

static bool check_machine(const unsaved_files *u, const char *machine, arena *a, diagnostics *d) {
    const char *flags[] = {arena_printf(a, "--target=%s-linux-gnu", machine),
                           "-std=c11", "-fno-math-errno", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion"};
    CXIndex index = clang_createIndex(0, 0);
    CXTranslationUnit unit = NULL;
    enum CXErrorCode error =
        clang_parseTranslationUnit2(index, u->main, flags, (int)(sizeof flags / sizeof *flags),
                                    (struct CXUnsavedFile *)(uintptr_t)u->files, u->n, CXTranslationUnit_None, &unit);
    bool ok = error == CXError_Success ? report(unit, machine, d) : diag_error(d, machine, NULL, "libclang cannot parse %s", u->main);
    if (unit) clang_disposeTranslationUnit(unit);
    clang_disposeIndex(index);
    return ok;
}

bool check_emitted(const plan *p, const output_set *files, diagnostics *d) {
    unsaved_files u = {.n = 0};
    if (!gather(files, &u, d)) return false;
    bool arm = false, intel = false, ok = true;
    for (int i = 0; i < p->n_targets; i++) {
        if (!strncmp(p->targets[i]->name, "aarch64", 7)) arm = true;
        else intel = true; /* generic C is the same everywhere */
    }
    if (intel) ok = check_machine(&u, "x86_64", files->arena, d);
    if (arm) ok = check_machine(&u, "aarch64", files->arena, d) && ok;
    return ok;
}
