#include "frontend/weights/archive.h"

#include "frontend/map_file.h"
#include "frontend/weights/weights.h"

#include <string.h>

static const archive_format *const formats[] = {&npz_format, &safetensors_format, &onnx_format};
enum { FORMATS = sizeof formats / sizeof *formats };

static const archive_format *format_of(const char *path) {
    size_t n = strlen(path);
    for (int i = 0; i < FORMATS; i++) {
        size_t m = strlen(formats[i]->suffix);
        if (n > m && !strcmp(path + n - m, formats[i]->suffix)) return formats[i];
    }
    return NULL;
}

bool weights_is_file(const char *path) { return format_of(path) != NULL; }

static bool open_any(archive *f) {
    f->format = format_of(f->name);
    if (!f->format)
        return diag_error(f->diags, f->name, "torch.load it in Python, then save it with safetensors.torch.save_file or numpy.savez",
                          "weights come from files named .npz, .safetensors or .onnx");
    if (!f->size) return diag_error(f->diags, f->name, "fetch or save it again", "is empty");
    return f->format->open(f);
}

bool archive_open_bytes(archive *f, const char *name, const uint8_t *bytes, size_t size, arena *a, diagnostics *d) {
    *f = (archive){.name = name, .bytes = bytes, .size = size, .arena = a, .diags = d};
    return open_any(f);
}

bool archive_open(archive *f, const char *path, arena *a, diagnostics *d) {
    const char *slash = strrchr(path, '/');
    *f = (archive){.path = path, .name = slash ? slash + 1 : path, .arena = a, .diags = d};
    return map_path(path, path, &f->bytes, &f->size, d) && open_any(f);
}

bool archive_describe(archive *f, archive_entry *e) {
    return e->type.kind != TYPE_UNKNOWN || f->format->describe(f, e);
}

const void *archive_data(archive *f, const archive_entry *e) {
    size_t part = dtype_bytes(e->type.elem, 1), bytes = dtype_bytes(e->type.elem, type_count(&e->type));
    if (e->data && (uintptr_t)e->data % part == 0) return e->data;
    void *to = arena_alloc(f->arena, bytes);
    if (!e->data) return f->format->load(f, e, to) ? to : NULL;
    return memcpy(to, e->data, bytes);
}

void archive_close(archive *f) {
    if (f->format && f->format->close) f->format->close(f);
}

const char *archive_place(const archive *f, const archive_entry *e) {
    return arena_printf(f->arena, "%s: '%.200s'", f->name, e->name);
}
