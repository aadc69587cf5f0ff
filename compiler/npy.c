#include "compiler/npy.h"

#include <errno.h>
#include <string.h>

#include "compiler/output.h"
#include "frontend/npy.h"

/* ---- reading ---- */

static bool read_file(void *from, void *to, size_t n) { return fread(to, 1, n, from) == n; }

static bool measure(FILE *f, uint64_t *size) {
    if (fseek(f, 0, SEEK_END) != 0) return false;
    long end = ftell(f);
    *size = (uint64_t)end;
    return end >= 0 && fseek(f, 0, SEEK_SET) == 0;
}

static bool read_array(FILE *f, const char *path, tensor *out, arena *a, diagnostics *d) {
    npy_stream s = {.read = read_file, .from = f, .place = path};
    npy_header h;
    if (!measure(f, &s.left)) return diag_error(d, path, NULL, "cannot read: %s", strerror(errno));
    if (!npy_read_header(&s, &h, a, d)) return false;
    *out = tensor_new(a, type_tensor(a, h.elem, h.rank, h.dims));
    return npy_read_data(&s, &h, out->data, a, d);
}

bool npy_read(const char *path, tensor *out, arena *a, diagnostics *d) {
    FILE *f = fopen(path, "rb");
    if (!f) return diag_error(d, path, NULL, "cannot open: %s", strerror(errno));
    bool ok = read_array(f, path, out, a, d);
    fclose(f);
    return ok;
}

/* ---- writing ---- */

static tensor widen(const tensor *t, arena *a) {
    bool is_float = dtype_of(t->type.elem)->kind == CLASS_FLOAT;
    tensor wide = *t;
    wide.type.elem = is_float ? DT_F32 : DT_I8;
    int64_t count = type_count(&t->type);
    wide.data = arena_alloc(a, dtype_bytes(wide.type.elem, count));
    for (int64_t i = 0; i < count; i++) {
        if (is_float) dtype_store_float(DT_F32, wide.data, i, dtype_load_float(t->type.elem, t->data, i));
        else dtype_store_int(DT_I8, wide.data, i, dtype_load_int(t->type.elem, t->data, i));
    }
    return wide;
}

static void write_header(FILE *f, const tensor *t) {
    char text[512];
    int n = snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': False, 'shape': (", npy_descr(t->type.elem));
    for (int i = 0; i < t->type.rank; i++)
        n += snprintf(text + n, sizeof text - (size_t)n, "%lld%s", (long long)t->type.dims[i].size,
                      i + 1 < t->type.rank ? ", " : i == 0 ? "," : "");
    n += snprintf(text + n, sizeof text - (size_t)n, "), }");
    int size = (10 + n + 1 + 63) / 64 * 64 - 10; /* data starts at a multiple of 64 */
    fwrite("\x93NUMPY\x01\x00", 1, 8, f);
    fputc(size & 255, f);
    fputc(size >> 8, f);
    fprintf(f, "%-*s\n", size - 1, text);
}

bool npy_write(const char *path, const tensor *t, arena *a, diagnostics *d) {
    if (t->type.kind != TYPE_TENSOR || t->type.elem == DT_STRING)
        return diag_error(d, path, NULL, "only tensors of numbers have a .npy form");
    tensor plain = npy_descr(t->type.elem) ? *t : widen(t, a);
    output_set files = {.arena = a, .diags = d};
    FILE *f = output_open(&files, path);
    if (!f) return false;
    write_header(f, &plain);
    fwrite(plain.data, 1, dtype_bytes(plain.type.elem, type_count(&plain.type)), f);
    return output_commit(&files);
}
