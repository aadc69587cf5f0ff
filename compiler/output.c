#include "compiler/output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/cleanup.h"

static bool output_error(output_set *s, const char *path, const char *what) {
    return diag_error(s->diags, path, NULL, "%s: %s", what, strerror(errno));
}

static const char *temporary_name(arena *a, const char *path) {
    const char *slash = strrchr(path, '/');
    int folder = slash ? (int)(slash + 1 - path) : 0;
    return arena_printf(a, "%.*s.%s.%ld.tmp", folder, path, path + folder, (long)getpid());
}

static bool make_folder(output_set *s, const char *path) {
    if (mkdir(path, 0777) != 0) return errno == EEXIST || output_error(s, path, "cannot make the folder");
    if (s->n_folders == OUTPUT_MAX || !cleanup_add(path)) return true; /* it only stays when it turns out not to be needed */
    s->folders[s->n_folders++] = path;
    return true;
}

bool output_folder(output_set *s, const char *file) {
    bool ok = true;
    for (const char *slash = file; ok && (slash = strchr(slash + 1, '/'));)
        ok = make_folder(s, arena_strndup(s->arena, file, (size_t)(slash - file)));
    return ok;
}

FILE *output_open(output_set *s, const char *path) {
    struct stat old;
    if (s->n == OUTPUT_MAX) {
        diag_error(s->diags, path, NULL, "too many output files");
        return NULL;
    }
    /* Renaming over a device or a folder is never what was meant. */
    if (stat(path, &old) == 0 && !S_ISREG(old.st_mode)) {
        diag_error(s->diags, path, NULL, "cannot write: it exists and is not a regular file");
        return NULL;
    }
    const char *temporary = temporary_name(s->arena, path);
    if (!cleanup_add(temporary)) {
        diag_error(s->diags, path, NULL, "too many temporary files");
        return NULL;
    }
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    if (!f) {
        output_error(s, path, "cannot write");
        if (fd >= 0) close(fd);
        cleanup_forget(temporary);
        return NULL;
    }
    s->files[s->n].path = path;
    s->files[s->n].temporary = temporary;
    s->files[s->n++].stream = f;
    return f;
}

static bool finish(FILE *f) {
    bool ok = fflush(f) == 0 && !ferror(f) && fsync(fileno(f)) == 0;
    int why = errno;
    if (fclose(f) != 0 && ok) {
        why = errno;
        ok = false;
    }
    errno = why;
    return ok;
}

bool output_commit(output_set *s) {
    bool ok = true;
    for (int i = 0; i < s->n; i++) {
        FILE *f = s->files[i].stream;
        s->files[i].stream = NULL;
        if (!finish(f)) ok = output_error(s, s->files[i].path, "cannot write");
    }
    /* The last file opened is the last to appear; who interrupts us gets all of them or none. */
    cleanup_hold_signals(true);
    for (int i = 0; ok && i < s->n; i++) {
        if (rename(s->files[i].temporary, s->files[i].path) == 0) {
            cleanup_forget(s->files[i].temporary);
            continue;
        }
        ok = output_error(s, s->files[i].path, "cannot rename into place");
        while (i-- > 0) unlink(s->files[i].path);
        break;
    }
    output_discard(s);
    cleanup_hold_signals(false);
    return ok;
}

void output_discard(output_set *s) {
    for (int i = 0; i < s->n; i++) {
        if (s->files[i].stream) fclose(s->files[i].stream);
        unlink(s->files[i].temporary);
        cleanup_forget(s->files[i].temporary);
    }
    s->n = 0;
    for (; s->n_folders; s->n_folders--) {
        rmdir(s->folders[s->n_folders - 1]); /* one that has files stays */
        cleanup_forget(s->folders[s->n_folders - 1]);
    }
}
