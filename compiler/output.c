#include "compiler/output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/cleanup.h"

static int folder_length(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? (int)(slash + 1 - path) : 0;
}

static bool output_error(output_set *s, const char *path, const char *what) {
    int why = errno, folder = folder_length(path);
    const char *hint = why == ENOENT && folder ? arena_printf(s->arena, "make the folder %.*s first", folder, path) : NULL;
    return diag_error(s->diags, path, hint, "%s: %s", what, strerror(why));
}

static const char *temporary_name(arena *a, const char *path, const char *ending) {
    int folder = folder_length(path);
    return arena_printf(a, "%.*s.%s.%ld.%s", folder, path, path + folder, (long)getpid(), ending);
}

/* Renaming over a device or a folder is never what was meant. */
static bool is_free(output_set *s, const char *path) {
    struct stat old;
    return stat(path, &old) != 0 || S_ISREG(old.st_mode) || diag_error(s->diags, path, NULL, "cannot write: it exists and is not a regular file");
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
    if (s->n == OUTPUT_MAX) {
        diag_error(s->diags, path, NULL, "too many output files");
        return NULL;
    }
    if (!is_free(s, path)) return NULL;
    const char *temporary = temporary_name(s->arena, path, "tmp");
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
    s->files[s->n].old = NULL;
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

/* ---- all or none ---- */

/* A file system without links gives the old file its second name for its first. */
static bool keep_old(output_set *s, int i) {
    const char *path = s->files[i].path, *old = temporary_name(s->arena, path, "old");
    if (!is_free(s, path)) return false;
    if (link(path, old) != 0 && rename(path, old) != 0) return errno == ENOENT || output_error(s, path, "cannot keep what is there");
    s->files[i].old = old;
    return true;
}

static bool take_place(output_set *s, int i) {
    return rename(s->files[i].temporary, s->files[i].path) == 0 || output_error(s, s->files[i].path, "cannot rename into place");
}

/* The first n have taken their places. */
static void restore(output_set *s, int n) {
    for (int i = s->n; i-- > 0;) {
        const char *old = s->files[i].old;
        if (old && rename(old, s->files[i].path) != 0) output_error(s, s->files[i].path, "cannot be restored");
        else if (old) unlink(old); /* rename leaves two names of one file as they are */
        if (!old && i < n) unlink(s->files[i].path);
    }
}

/* The names, too, are on disk then. Not all file systems have that; nothing is lost but time. */
static void sync_folder(output_set *s, const char *path) {
    int folder = folder_length(path), fd = open(folder ? arena_strndup(s->arena, path, (size_t)folder) : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    fsync(fd);
    close(fd);
}

static bool replace_all(output_set *s) {
    int placed = 0;
    bool ok = true;
    for (int i = 0; ok && i < s->n; i++) ok = keep_old(s, i);
    while (ok && placed < s->n && (ok = take_place(s, placed))) placed++;
    if (!ok) restore(s, placed);
    for (int i = 0; i < s->n; i++) sync_folder(s, s->files[i].path);
    for (int i = 0; ok && i < s->n; i++)
        if (s->files[i].old) unlink(s->files[i].old);
    return ok;
}

bool output_commit(output_set *s) {
    bool ok = true;
    for (int i = 0; i < s->n; i++) {
        FILE *f = s->files[i].stream;
        s->files[i].stream = NULL;
        if (!finish(f)) ok = output_error(s, s->files[i].path, "cannot write");
    }
    cleanup_hold_signals(true); /* who interrupts us gets all of them or none */
    ok = ok && replace_all(s);
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
