#include "compiler/npy.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/output.h"

static const struct {
    const char *descr;
    dtype type;
} element_types[] = {
    {"<f4", DT_F32}, {"<f8", DT_F64}, {"<f2", DT_F16}, {"|i1", DT_I8},  {"<i2", DT_I16}, {"<i4", DT_I32},  {"<i8", DT_I64},
    {"|u1", DT_U8},  {"<u2", DT_U16}, {"<u4", DT_U32}, {"<u8", DT_U64}, {"|b1", DT_BOOL}, {"<c8", DT_C64}, {"<c16", DT_C128},
};
enum { ELEMENT_TYPES = sizeof element_types / sizeof *element_types };

/* ---- the header: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } ---- */

typedef struct header {
    dtype elem;
    bool fortran;
    int rank;
    int64_t dims[IR_MAX_RANK];
} header;

/* What follows 'key': in the dictionary, or NULL. */
static const char *entry(const char *text, const char *key) {
    const char *s = strstr(text, key);
    if (!s) return NULL;
    s += strlen(key);
    while (isspace((unsigned char)*s)) s++;
    if (*s++ != ':') return NULL;
    while (isspace((unsigned char)*s)) s++;
    return s;
}

static bool parse_descr(const char *s, header *h) {
    char quote = s ? *s : '\0';
    if (quote != '\'' && quote != '"') return false;
    size_t n = strcspn(++s, "'\"");
    for (int i = 0; i < ELEMENT_TYPES; i++) {
        const char *descr = element_types[i].descr;
        /* A single byte has no order: NumPy writes |, others < or =. */
        bool same_order = *s == *descr || (descr[0] == '|' && strchr("<=>|", *s)) || (descr[0] == '<' && *s == '=');
        if (n != strlen(descr) || !same_order || strncmp(s + 1, descr + 1, n - 1) != 0) continue;
        h->elem = element_types[i].type;
        return true;
    }
    return false;
}

static bool parse_shape(const char *s, header *h) {
    if (!s || *s++ != '(') return false;
    for (;;) {
        while (isspace((unsigned char)*s) || *s == ',') s++;
        if (*s == ')') return true;
        if (!isdigit((unsigned char)*s) || h->rank == IR_MAX_RANK) return false;
        char *end;
        errno = 0;
        h->dims[h->rank++] = strtoll(s, &end, 10);
        if (errno) return false;
        s = end + (*end == 'L');
    }
}

static bool read_header(FILE *f, const char *path, header *h, arena *a, diagnostics *d) {
    unsigned char start[12];
    if (fread(start, 1, 10, f) != 10 || memcmp(start, "\x93NUMPY", 6) != 0)
        return diag_error(d, path, "numpy.save writes such files", "not a .npy file");
    int version = start[6];
    if (version < 1 || version > 3) return diag_error(d, path, NULL, ".npy version %d is not known", version);
    size_t size = start[8] + 256u * start[9];
    if (version > 1) {
        if (fread(start + 10, 1, 2, f) != 2) return diag_error(d, path, NULL, "truncated header");
        size += 65536u * start[10] + 16777216u * start[11];
    }
    if (size > 1 << 20) return diag_error(d, path, NULL, "header of %zu bytes is too long", size);
    char *text = arena_alloc(a, size + 1);
    if (fread(text, 1, size, f) != size) return diag_error(d, path, NULL, "truncated header");
    const char *order = entry(text, "'fortran_order'");
    h->fortran = order && !strncmp(order, "True", 4);
    if (!parse_descr(entry(text, "'descr'"), h))
        return diag_error(d, path, "convert it, to float32 for instance", "element type is not supported: %.60s", text);
    if (!parse_shape(entry(text, "'shape'"), h))
        return diag_error(d, path, NULL, "no shape of at most %d dimensions in the header", IR_MAX_RANK);
    return true;
}

/* ---- data ---- */

/* Fortran order is row-major with the axes reversed. */
static void reorder(void *to, const unsigned char *from, const header *h, size_t bytes, int64_t count) {
    int64_t index[IR_MAX_RANK] = {0};
    for (int64_t i = 0; i < count; i++) {
        int64_t place = 0;
        for (int k = 0; k < h->rank; k++) place = place * h->dims[k] + index[k];
        memcpy((unsigned char *)to + (size_t)place * bytes, from + (size_t)i * bytes, bytes);
        for (int k = 0; k < h->rank && ++index[k] == h->dims[k]; k++) index[k] = 0;
    }
}

static bool file_holds(FILE *f, size_t bytes) {
    long here = ftell(f);
    if (here < 0 || fseek(f, 0, SEEK_END) != 0) return false;
    long end = ftell(f);
    return fseek(f, here, SEEK_SET) == 0 && end >= here && (size_t)(end - here) == bytes;
}

static bool read_data(FILE *f, const char *path, const header *h, tensor *out, arena *a, diagnostics *d) {
    int64_t count = 1;
    for (int i = 0; i < h->rank; i++)
        if (__builtin_mul_overflow(count, h->dims[i], &count) || count > INT64_MAX / 16)
            return diag_error(d, path, NULL, "shape is too large");
    size_t bytes = dtype_bytes(h->elem, count);
    if (!file_holds(f, bytes))
        return diag_error(d, path, NULL, "file size does not fit its shape: expected %zu bytes of data", bytes);
    *out = tensor_new(a, type_tensor(a, h->elem, h->rank, h->dims));
    void *to = h->fortran && h->rank > 1 ? arena_alloc(a, bytes) : out->data;
    if (bytes && fread(to, 1, bytes, f) != bytes) return diag_error(d, path, NULL, "cannot read: %s", strerror(errno));
    if (to != out->data) reorder(out->data, to, h, dtype_bytes(h->elem, 1), count);
    return true;
}

bool npy_read(const char *path, tensor *out, arena *a, diagnostics *d) {
    FILE *f = fopen(path, "rb");
    if (!f) return diag_error(d, path, NULL, "cannot open: %s", strerror(errno));
    header h = {0};
    bool ok = read_header(f, path, &h, a, d) && read_data(f, path, &h, out, a, d);
    fclose(f);
    return ok;
}

/* ---- writing ---- */

static const char *descr_of(dtype t) {
    for (int i = 0; i < ELEMENT_TYPES; i++)
        if (element_types[i].type == t) return element_types[i].descr;
    return NULL;
}

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
    int n = snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': False, 'shape': (", descr_of(t->type.elem));
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
    tensor plain = descr_of(t->type.elem) ? *t : widen(t, a);
    output_set files = {.arena = a, .diags = d};
    FILE *f = output_open(&files, path);
    if (!f) return false;
    write_header(f, &plain);
    fwrite(plain.data, 1, dtype_bytes(plain.type.elem, type_count(&plain.type)), f);
    return output_commit(&files);
}
