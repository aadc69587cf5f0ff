#include "frontend/onnx/external_data.h"

#include "frontend/map_file.h"
#include "frontend/onnx/wire_scan.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef struct external_file {
    const char *location;
    const uint8_t *bytes;
    size_t size;
    struct external_file *next;
} external_file;

enum { OPEN_FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW };

/* One folder after the other, for kernels without openat2. `path` has no empty, `.` or `..` components. */
static int open_stepwise(int folder, const char *path) {
    char part[NAME_MAX + 1];
    int at = folder;
    for (;;) {
        size_t n = strcspn(path, "/");
        bool last = !path[n];
        int next = -1;
        if (n > NAME_MAX) errno = ENAMETOOLONG;
        else {
            memcpy(part, path, n);
            part[n] = 0;
            next = openat(at, part, last ? OPEN_FLAGS : O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        }
        int error = errno;
        if (at != folder) close(at);
        errno = error;
        if (next < 0 || last) return next;
        at = next;
        path += n + 1;
    }
}

static int open_beneath(int folder, const char *path) {
    struct open_how how = {.flags = OPEN_FLAGS, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    long fd = syscall(SYS_openat2, folder, path, &how, sizeof how);
    if (fd >= 0 || (errno != ENOSYS && errno != EPERM)) return (int)fd;
    return open_stepwise(folder, path);
}

/* A relative path of plain components. */
static bool plain_path(const char *p) {
    if (!*p) return false;
    for (;; p++) {
        size_t n = strcspn(p, "/");
        if (!n || (n == 1 && p[0] == '.') || (n == 2 && p[0] == '.' && p[1] == '.')) return false;
        p += n;
        if (!*p) return true;
    }
}

static external_file *map_external(model_file *f, const char *location, const char *place) {
    for (external_file *e = f->external; e; e = e->next)
        if (!strcmp(e->location, location)) return e;
    const char *shown = arena_printf(f->arena, "%s: external data '%.200s'", place, location);
    const char *hint = "it must be a regular file below the model's folder, reached without links";
    const char *inside = !strncmp(location, "./", 2) ? location + 2 : location;
    external_file *e = ARENA_NEW(f->arena, external_file);
    e->location = location;
    if (f->folder < 0 || !plain_path(inside)) {
        diag_error(f->diags, shown, hint, "leaves the model's folder");
        return NULL;
    }
    int fd = open_beneath(f->folder, inside);
    struct stat st;
    if (fd < 0) {
        diag_error(f->diags, shown, hint, "cannot be opened: %s",
                   errno == ELOOP ? "a symbolic link is on the way" : strerror(errno));
        return NULL;
    }
    bool ok = true;
    if (fstat(fd, &st)) ok = diag_error(f->diags, shown, hint, "cannot be read: %s", strerror(errno));
    else if (S_ISREG(st.st_mode) && st.st_nlink > 1) ok = diag_error(f->diags, shown, hint, "is a hard link");
    if (ok) ok = map_file(fd, shown, &e->bytes, &e->size, f->diags);
    close(fd);
    if (!ok) return NULL;
    diag_read(f->diags, arena_printf(f->arena, "%s%s", f->place, inside));
    size_t grown = f->memory_left + wire_default_limit(e->size);
    f->memory_left = grown < f->memory_left ? SIZE_MAX : grown;
    e->next = f->external;
    f->external = e;
    return e;
}

/* Decimal digits only. */
static bool parse_size(const char *s, size_t *n) {
    *n = 0;
    if (!*s) return false;
    for (; *s; s++)
        if (*s < '0' || *s > '9' || __builtin_mul_overflow(*n, (size_t)10, n) ||
            __builtin_add_overflow(*n, (size_t)(*s - '0'), n))
            return false;
    return true;
}

bool external_data_find(model_file *f, const Onnx__TensorProto *t, const char *place, size_t wanted,
                        const uint8_t **data, size_t *size) {
    const char *location = NULL;
    size_t offset = 0, length = 0;
    bool has_length = false;
    for (size_t i = 0; i < t->n_external_data; i++) {
        const char *key = t->external_data[i]->key, *text = t->external_data[i]->value;
        if (!strcmp(key, "location")) location = text;
        bool is_length = !strcmp(key, "length"), is_offset = !strcmp(key, "offset");
        if ((is_length || is_offset) && !parse_size(text, is_length ? &length : &offset))
            return diag_error(f->diags, place, "export the model again", "external data has %s '%.40s', which is no size", key, text);
        has_length |= is_length;
    }
    if (!location) return diag_error(f->diags, place, "export the model again", "external data has no location");
    const external_file *e = map_external(f, location, place);
    if (!e) return false;
    if (offset > e->size || (has_length && length > e->size - offset))
        return diag_error(f->diags, place, "the file is truncated or belongs to another model",
                          "external data '%.200s' has %zu bytes; %zu at offset %zu are not there", location, e->size,
                          length, offset);
    *data = e->bytes + offset;
    size_t rest = e->size - offset;
    *size = has_length ? length : rest < wanted ? rest : wanted;
    return true;
}
