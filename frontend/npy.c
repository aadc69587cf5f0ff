#include "frontend/npy.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *descr;
    dtype type;
} element_types[] = {
    {"<f4", DT_F32}, {"<f8", DT_F64}, {"<f2", DT_F16}, {"|i1", DT_I8},  {"<i2", DT_I16}, {"<i4", DT_I32},  {"<i8", DT_I64},
    {"|u1", DT_U8},  {"<u2", DT_U16}, {"<u4", DT_U32}, {"<u8", DT_U64}, {"|b1", DT_BOOL}, {"<c8", DT_C64}, {"<c16", DT_C128},
};
enum { ELEMENT_TYPES = sizeof element_types / sizeof *element_types };

/* ---- the header: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } ---- */

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

static bool parse_descr(const char *s, npy_header *h) {
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

static bool parse_shape(const char *s, npy_header *h) {
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

static bool take(npy_stream *s, void *to, size_t n) {
    if (n > s->left || !s->read(s->from, to, n)) return false;
    s->left -= n;
    return true;
}

/* The dictionary's text, or NULL. */
static const char *read_text(npy_stream *s, arena *a, diagnostics *d) {
    unsigned char start[12];
    if (!take(s, start, 10) || memcmp(start, "\x93NUMPY", 6) != 0)
        return diag_error(d, s->place, "numpy.save writes such files", "not a .npy file"), NULL;
    int version = start[6];
    if (version < 1 || version > 3) return diag_error(d, s->place, NULL, ".npy version %d is not known", version), NULL;
    size_t size = start[8] + 256u * start[9];
    if (version > 1) {
        if (!take(s, start + 10, 2)) return diag_error(d, s->place, NULL, "truncated header"), NULL;
        size += 65536u * start[10] + 16777216u * start[11];
    }
    if (size > 1 << 20) return diag_error(d, s->place, NULL, "header of %zu bytes is too long", size), NULL;
    char *text = arena_alloc(a, size + 1);
    if (!take(s, text, size)) return diag_error(d, s->place, NULL, "truncated header"), NULL;
    return text;
}

static bool count_elements(npy_header *h, const npy_stream *s, diagnostics *d) {
    h->count = 1;
    for (int i = 0; i < h->rank; i++)
        if (__builtin_mul_overflow(h->count, h->dims[i], &h->count) || h->count > INT64_MAX / 16)
            return diag_error(d, s->place, NULL, "shape is too large");
    size_t bytes = dtype_bytes(h->elem, h->count);
    if (s->left == bytes) return true;
    return diag_error(d, s->place, NULL, "file size does not fit its shape: expected %zu bytes of data", bytes);
}

bool npy_read_header(npy_stream *s, npy_header *h, arena *a, diagnostics *d) {
    *h = (npy_header){.rank = 0};
    const char *text = read_text(s, a, d);
    if (!text) return false;
    const char *order = entry(text, "'fortran_order'");
    h->fortran = order && !strncmp(order, "True", 4);
    if (!parse_descr(entry(text, "'descr'"), h))
        return diag_error(d, s->place, "convert it, to float32 for instance", "element type is not supported: %.60s", text);
    if (!parse_shape(entry(text, "'shape'"), h))
        return diag_error(d, s->place, NULL, "no shape of at most %d dimensions in the header", IR_MAX_RANK);
    return count_elements(h, s, d);
}

/* ---- data ---- */

/* Fortran order is row-major with the axes reversed. */
static void reorder(void *to, const unsigned char *from, const npy_header *h, size_t bytes, int64_t count) {
    int64_t index[IR_MAX_RANK] = {0};
    for (int64_t i = 0; i < count; i++) {
        int64_t place = 0;
        for (int k = 0; k < h->rank; k++) place = place * h->dims[k] + index[k];
        memcpy((unsigned char *)to + (size_t)place * bytes, from + (size_t)i * bytes, bytes);
        for (int k = 0; k < h->rank && ++index[k] == h->dims[k]; k++) index[k] = 0;
    }
}

bool npy_read_data(npy_stream *s, const npy_header *h, void *to, arena *a, diagnostics *d) {
    size_t bytes = dtype_bytes(h->elem, h->count);
    bool reversed = h->fortran && h->rank > 1;
    void *raw = reversed ? arena_alloc(a, bytes) : to;
    if (bytes && !take(s, raw, bytes)) return diag_error(d, s->place, NULL, "cannot be read to its end");
    if (reversed) reorder(to, raw, h, dtype_bytes(h->elem, 1), h->count);
    return true;
}

const char *npy_descr(dtype t) {
    for (int i = 0; i < ELEMENT_TYPES; i++)
        if (element_types[i].type == t) return element_types[i].descr;
    return NULL;
}
