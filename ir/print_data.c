/* The numbers of constants as text, exactly. */
#include "ir/print.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NUMBERS = 16, NUMBER_SIZE = 40, LINE_BYTES = 57 /* 76 characters of base64 */ };

/* ---- one number ---- */

/* Element 0 at `element` reads the same as the number x stored. */
static bool stores_as(dtype t, const void *element, double x) {
    _Alignas(8) unsigned char stored[8] = {0};
    dtype_store_float(t, stored, 0, x);
    if (dtype_of(t)->bits >= 8) return !memcmp(stored, element, dtype_bytes(t, 1));
    double was = dtype_load_float(t, element, 0), is = dtype_load_float(t, stored, 0);
    return was == is && signbit(was) == signbit(is);
}

/* False when no text gives these very bits (the payload of a NaN). */
static bool format_float(dtype t, const void *element, double x, char *text) {
    if (isnan(x)) {
        strcpy(text, "nan");
        return stores_as(t, element, (double)NAN);
    }
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, NUMBER_SIZE, "%.*g", digits, x);
        if (stores_as(t, element, strtod(text, NULL))) return true;
    }
    return false;
}

static bool format_number(dtype t, const void *data, int64_t i, char *text) {
    int bits = dtype_of(t)->bits;
    switch (dtype_of(t)->kind) {
    case CLASS_FLOAT: {
        unsigned char alone[1] = {0}; /* a packed element, moved to the front */
        if (bits < 8) dtype_store_float(t, alone, 0, dtype_load_float(t, data, i));
        const void *element = bits < 8 ? alone : (const unsigned char *)data + (size_t)i * dtype_bytes(t, 1);
        return format_float(t, element, dtype_load_float(t, data, i), text);
    }
    case CLASS_BOOL: snprintf(text, NUMBER_SIZE, "%d", ((const uint8_t *)data)[i]); return ((const uint8_t *)data)[i] <= 1;
    case CLASS_UINT: snprintf(text, NUMBER_SIZE, "%llu", (unsigned long long)dtype_load_int(t, data, i)); return true;
    default: snprintf(text, NUMBER_SIZE, "%lld", (long long)dtype_load_int(t, data, i)); return true;
    }
}

void print_double(FILE *f, double x) {
    char text[NUMBER_SIZE];
    format_float(DT_F64, &x, x, text);
    fputs(text, f);
}

/* ---- all of them ---- */

/* How many numbers are enough to tell them all: the rest repeats them. */
static int64_t period(dtype t, const void *data, int64_t count) {
    size_t bytes = dtype_bytes(t, count), unit = dtype_bytes(t, 1);
    if (count <= MOST_NUMBERS || dtype_of(t)->bits < 8) return count;
    for (size_t p = 1; p <= MOST_NUMBERS; p++)
        if (!memcmp(data, (const char *)data + p * unit, bytes - p * unit)) return (int64_t)p;
    return count;
}

static bool print_numbers(FILE *f, dtype t, const void *data, int64_t count) {
    char texts[MOST_NUMBERS][NUMBER_SIZE];
    int64_t n = period(t, data, count);
    if (n > MOST_NUMBERS) return false;
    for (int64_t i = 0; i < n; i++)
        if (!format_number(t, data, i, texts[i])) return false;
    for (int64_t i = 0; i < n; i++) fprintf(f, "%s%s", i ? ", " : "", texts[i]);
    if (n < count) fputs(", ...", f);
    return true;
}

static int blob_number(printer *p, const void *data, size_t size) {
    for (int i = 0; i < p->n_blobs; i++)
        if (p->blobs[i].data == data && p->blobs[i].size == size) return i;
    if (p->n_blobs == p->max_blobs) {
        blob *more = ARENA_ARRAY(p->arena, blob, p->max_blobs = 2 * p->max_blobs + 16);
        if (p->n_blobs) memcpy(more, p->blobs, sizeof *more * (size_t)p->n_blobs);
        p->blobs = more;
    }
    p->blobs[p->n_blobs] = (blob){data, size};
    return p->n_blobs++;
}

void print_data(printer *p, const constant *c) {
    int64_t count = type_count(&c->type);
    dtype t = c->type.elem;
    fputc('{', p->file);
    if (t == DT_STRING) {
        const ir_string *s = c->data;
        for (int64_t i = 0; i < count; i++) fputs(i ? ", " : "", p->file), print_quoted(p->file, s[i].bytes, s[i].size);
    } else {
        bool complex = dtype_of(t)->kind == CLASS_COMPLEX; /* real and imaginary parts by turns */
        dtype part = t == DT_C64 ? DT_F32 : t == DT_C128 ? DT_F64 : t;
        if (!print_numbers(p->file, part, c->data, complex ? 2 * count : count))
            fprintf(p->file, "data %d", blob_number(p, c->data, dtype_bytes(t, count)));
    }
    fputc('}', p->file);
}

/* ---- base64 ---- */

static void print_base64(FILE *f, const unsigned char *bytes, size_t size) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        uint32_t group = (uint32_t)bytes[i] << 16 | (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) | (left > 2 ? bytes[i + 2] : 0u);
        char four[4] = {digits[group >> 18], digits[group >> 12 & 63], left > 1 ? digits[group >> 6 & 63] : '=',
                        left > 2 ? digits[group & 63] : '='};
        fwrite(four, 1, sizeof four, f);
    }
}

void print_blobs(const printer *p) {
    for (int i = 0; i < p->n_blobs; i++) {
        const blob *b = &p->blobs[i];
        fprintf(p->file, "data %d {\n", i);
        for (size_t at = 0; at < b->size; at += LINE_BYTES) {
            print_base64(p->file, (const unsigned char *)b->data + at, b->size - at < LINE_BYTES ? b->size - at : LINE_BYTES);
            fputc('\n', p->file);
        }
        fputs("}\n", p->file);
    }
}
