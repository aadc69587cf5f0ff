#include "frontend/dsl/dsl.h"
#include "frontend/frontend.h"
#include "frontend/onnx/model_file.h"
#include "frontend/onnx/reader.h"
#include "frontend/zoo/zoo.h"

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

/* By its name, or its first byte: none that an ONNX file may begin with. */
static bool is_text(const char *path, const model_file *f) {
    return ends_with(path, ".cir") || f->bytes[0] == 'g' || f->bytes[0] == '#';
}

static graph *read_text(const model_file *f, const char *path, const frontend_options *o) {
    graph *g = graph_read(f->arena, f->diags, path, (const char *)f->bytes, f->size);
    if (!g || !bind_dims(g, o)) return NULL;
    g->hash = XXH3_64bits(f->bytes, f->size);
    graph_drop_layouts(g); /* a pass decides on them, and knows what kernels need */
    return g;
}

static bool refuse_weights(const weights_options *w, diagnostics *d) {
    if (!w->path && !w->init) return true;
    return diag_error(d, w->path ? "--weights" : "--init", "leave the option out",
                      "is for networks in .cnn files; this file brings its own weights");
}

graph *frontend_read(const char *path, const frontend_options *o, arena *a, diagnostics *d) {
    static const frontend_options defaults = {.n_dims = 0};
    if (!o) o = &defaults;
    bool language = zoo_is_path(path) || ends_with(path, ".cnn");
    if (language && o->n_custom) return diag_error(d, "--custom-op", "leave the option out", "is for ONNX models"), NULL;
    if (language) return dsl_read(path, o, a, d);
    if (!refuse_weights(&o->weights, d)) return NULL;
    model_file f;
    if (!model_file_open(&f, path, a, d)) return NULL;
    bool text = is_text(path, &f);
    graph *g = text ? read_text(&f, path, o) : NULL;
    munmap((void *)(uintptr_t)f.bytes, f.size); /* nothing points into it */
    model_file_close(&f);
    return text ? g : onnx_read(path, o, a, d);
}
