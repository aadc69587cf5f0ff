#include "frontend/weights/archive.h"

#include "frontend/map_file.h"

#include <string.h>

static const archive_format *const formats[] = {&npz_format};
enum { FORMATS = sizeof formats / sizeof *formats };

static const archive_format *format_of(const char *path) {
    size_t n = strlen(path);
    for (int i = 0; i < FORMATS; i++) {
        size_t m = strlen(formats[i]->suffix);
        if (n > m && !strcmp(path + n - m, formats[i]->suffix)) return formats[i];
    }
    return NULL;
}

bool archive_is_named(const char *path) { return format_of(path) != NULL; }

bool archive_open_bytes(archive *f, const char *name, const uint8_t *bytes, size_t size, arena *a, diagnostics *d) {
    *f = (archive){.name = name, .bytes = bytes, .size = size, .format = format_of(name), .arena = a, .diags = d};
    if (!f->format)
        return diag_error(d, name, "torch.load it in Python, then save it with safetensors.torch.save_file or numpy.savez",
                          "weights come from files named .npz, .safetensors or .onnx");
    if (!size) return diag_error(d, name, "fetch or export it again", "is empty");
    return f->format->open(f);
}

bool archive_open(archive *f, const char *path, arena *a, diagnostics *d) {
    const char *slash = strrchr(path, '/');
    const uint8_t *bytes;
    size_t size;
    if (!map_path(path, path, &bytes, &size, d)) return false;
    return archive_open_bytes(f, slash ? slash + 1 : path, bytes, size, a, d);
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
