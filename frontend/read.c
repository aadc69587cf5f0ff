#include "frontend/frontend.h"
#include "frontend/onnx/model_file.h"
#include "frontend/onnx/reader.h"

#include <string.h>

static bool ends_with(const char *s, const char *end) {
    size_t n = strlen(s), m = strlen(end);
    return n >= m && !strcmp(s + n - m, end);
}

static graph *read_text(const char *path, arena *a, diagnostics *d) {
    model_file f;
    if (!model_file_open(&f, path, a, d)) return NULL;
    graph *g = graph_read(a, d, path, (const char *)f.bytes, f.size);
    model_file_close(&f);
    return g;
}

graph *frontend_read(const char *path, const frontend_options *o, arena *a, diagnostics *d) {
    static const frontend_options defaults = {.n_dims = 0};
    if (!o) o = &defaults;
    return ends_with(path, ".cir") ? read_text(path, a, d) : onnx_read(path, o, a, d);
}
