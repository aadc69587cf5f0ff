#include "frontend/onnx/model_file.h"

#include "frontend/map_file.h"
#include "frontend/onnx/wire_scan.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

bool model_file_open(model_file *f, const char *path, arena *a, diagnostics *d) {
    const char *slash = strrchr(path, '/');
    *f = (model_file){.place = slash ? arena_strndup(a, path, (size_t)(slash - path) + 1) : "", .name = slash ? slash + 1 : path, .folder = -1, .arena = a, .diags = d};
    f->mapped = map_path(path, "", &f->bytes, &f->size, d);
    if (!f->mapped) return false;
    if (!f->size) return diag_error(d, "", "fetch or export it again", "is empty");
    f->folder = open(slash ? f->place : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    f->memory_left = wire_default_limit(f->size);
    return true;
}

void model_file_close(model_file *f) {
    if (f->folder >= 0) close(f->folder);
    f->folder = -1;
}
