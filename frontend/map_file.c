#include "frontend/map_file.h"

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

bool map_path(const char *path, const char *place, const uint8_t **bytes, size_t *size, diagnostics *d) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not hang us */
    if (fd < 0) return diag_error(d, place, NULL, "cannot be opened: %s", strerror(errno));
    bool ok = map_file(fd, place, bytes, size, d);
    if (ok) diag_read(d, path);
    close(fd);
    return ok;
}
