#include "frontend/onnx/model_file.h"

#include "frontend/onnx/wire_scan.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

bool map_file(int fd, const char *place, const uint8_t **bytes, size_t *size, diagnostics *d) {
    struct stat st;
    if (fstat(fd, &st)) return diag_error(d, place, NULL, "cannot be read: %s", strerror(errno));
    if (!S_ISREG(st.st_mode)) return diag_error(d, place, "folders, pipes and devices cannot be mapped: name a file", "is no regular file");
    *size = (size_t)st.st_size;
    *bytes = (const uint8_t *)"";
    if (!*size) return true;
    void *p = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED) return diag_error(d, place, NULL, "cannot be mapped: %s", strerror(errno));
    *bytes = p;
    return true;
}

bool model_file_open(model_file *f, const char *path, arena *a, diagnostics *d) {
    const char *slash = strrchr(path, '/');
    *f = (model_file){.name = slash ? slash + 1 : path, .folder = -1, .arena = a, .diags = d};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not hang us */
    if (fd < 0) return diag_error(d, "", NULL, "cannot be opened: %s", strerror(errno));
    f->mapped = map_file(fd, "", &f->bytes, &f->size, d);
    close(fd);
    if (!f->mapped) return false;
    if (!f->size) return diag_error(d, "", "fetch or export it again", "is empty");
    const char *folder = slash ? arena_strndup(a, path, (size_t)(slash - path) + 1) : ".";
    f->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    f->memory_left = wire_default_limit(f->size);
    return true;
}

void model_file_close(model_file *f) {
    if (f->folder >= 0) close(f->folder);
    f->folder = -1;
}
