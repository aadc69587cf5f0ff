#include "frontend/frontend.h"
#include "frontend/onnx/model_file.h"
#include "frontend/onnx/reader.h"

#include <string.h>
#include <sys/mman.h>
#include <xxhash.h>

static bool ends_with(const char *s, const char *end) {
    size_t n = strlen(s), m = strlen(end);
    return n >= m && !strcmp(s + n - m, end);
}

static bool bind_dims(graph *g, const frontend_options *o) {
    for (int i = 0; i < o->n_dims; i++)
        if (!graph_bind_symbol(g, o->dim_names[i], o->dim_sizes[i])) return false;
    return true;
}

static graph *read_text(const char *path, const frontend_options *o, arena *a, diagnostics *d) {
    model_file f;
    if (!model_file_open(&f, path, a, d)) return NULL;
    graph *g = graph_read(a, d, path, (const char *)f.bytes, f.size);
    if (g) g->hash = XXH3_64bits(f.bytes, f.size);
    if (g && !bind_dims(g, o)) g = NULL;
    munmap((void *)(uintptr_t)f.bytes, f.size); /* nothing points into it */
    model_file_close(&f);
    return g;
}

graph *frontend_read(const char *path, const frontend_options *o, arena *a, diagnostics *d) {
    static const frontend_options defaults = {.n_dims = 0};
    if (!o) o = &defaults;
    return ends_with(path, ".cir") ? read_text(path, o, a, d) : onnx_read(path, o, a, d);
}
