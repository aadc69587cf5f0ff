#include "frontend/dsl/dsl.h"
#include "frontend/frontend.h"
#include "frontend/onnx/model_file.h"
#include "frontend/onnx/reader.h"
#include "frontend/zoo/zoo.h"

#include <ctype.h>
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

static bool begins(const model_file *f, size_t at, const char *with) {
    size_t n = strlen(with);
    return at <= f->size && f->size - at >= n && !memcmp(f->bytes + at, with, n);
}

/* By its name, or because it says `graph` behind comments: no ONNX file begins so. */
static bool is_text(const char *path, const model_file *f) {
    size_t at = 0;
    while (at < f->size && f->bytes[at] == '#') {
        while (at < f->size && f->bytes[at] != '\n') at++;
        while (at < f->size && isspace(f->bytes[at])) at++;
    }
    return ends_with(path, ".cir") || begins(f, at, "graph");
}

/* What people have instead of an ONNX file, by its first bytes. */
static bool refuse_foreign(const model_file *f) {
    static const char torch[] = "export the network from there: torch.onnx.export(network, example, 'net.onnx'), say";
    static const char tensorflow[] = "convert it, with python -m tf2onnx.convert say";
    static const char weights[] = "a .cnn network takes it with --weights";
    static const struct {
        size_t at;
        const char *magic, *what, *cure;
    } known[] = {{0, "version https://git-lfs", "is a pointer of Git LFS, not the file itself", "fetch it: git lfs pull"},
                 {0, "<!DOCTYPE", "is a web page", "fetch the file itself: the link that downloads it"},
                 {0, "<!doctype", "is a web page", "fetch the file itself: the link that downloads it"},
                 {0, "<html", "is a web page", "fetch the file itself: the link that downloads it"},
                 {0, "\x1f\x8b", "is compressed by gzip", "unpack it: gunzip"},
                 {0, "PK\3\4", "is a zip archive, such as PyTorch's checkpoints", torch},
                 {0, "\x80\2", "is a Python pickle, such as PyTorch's old checkpoints", torch},
                 {0, "\x89HDF", "is an HDF5 file, such as Keras's", tensorflow},
                 {4, "TFL3", "is a TensorFlow Lite model", tensorflow},
                 {0, "\x93NUMPY", "is an array of NumPy, no network", "name the network; cnnc run takes arrays with --input"},
                 {8, "{\"", "has weights only (.safetensors)", weights}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (begins(f, known[i].at, known[i].magic)) return diag_error(f->diags, "", known[i].cure, "%s", known[i].what);
    return true;
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
    bool foreign = !text && !refuse_foreign(&f);
    munmap((void *)(uintptr_t)f.bytes, f.size); /* nothing points into it */
    model_file_close(&f);
    return text || foreign ? g : onnx_read(path, o, a, d);
}
