#include "compiler/temporary.h"

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/cleanup.h"

const char *temporary_folder(arena *a, diagnostics *d) {
    const char *parent = getenv("TMPDIR");
    char *path = arena_printf(a, "%s/cnnc-XXXXXX", parent && *parent ? parent : "/tmp");
    if (!mkdtemp(path)) {
        diag_error(d, path, "set TMPDIR to a folder that can be written", "cannot make a temporary folder: %s",
                   strerror(errno));
        return NULL;
    }
    cleanup_add(path);
    return path;
}

const char *temporary_file(arena *a, const char *folder, const char *name) {
    const char *path = arena_printf(a, "%s/%s", folder, name);
    cleanup_add(path);
    return path;
}

static int remove_one(const char *path, const struct stat *s, int kind, struct FTW *where) {
    (void)s, (void)kind, (void)where;
    remove(path);
    cleanup_forget(path);
    return 0;
}

void temporary_remove(const char *folder) {
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
