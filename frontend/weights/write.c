/* Weights into a .safetensors file: the size of a JSON header (8 bytes, little endian), the header, then the bytes. */
#include "frontend/weights/weights.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void put_json_string(FILE *f, const char *s) {
    fputc('"', f);
    for (; *s; s++) {
        if (*s == '"' || *s == '\\') fprintf(f, "\\%c", *s);
        else if ((unsigned char)*s < 0x20) fprintf(f, "\\u%04x", (unsigned)*s);
        else fputc(*s, f);
    }
    fputc('"', f);
}

static size_t bytes_of(const parameter *p) { return dtype_bytes(p->v->type.elem, type_count(&p->v->type)); }

static void put_header(FILE *f, const parameter *p, int n) {
    size_t at = 0;
    fputc('{', f);
    for (int i = 0; i < n; i++) {
        const value_type *t = &p[i].v->type;
        fputs(i ? "," : "", f);
        put_json_string(f, p[i].name);
        fputs(":{\"dtype\":\"F32\",\"shape\":[", f);
        for (int k = 0; k < t->rank; k++) fprintf(f, "%s%lld", k ? "," : "", (long long)t->dims[k].size);
        fprintf(f, "],\"data_offsets\":[%zu,%zu]}", at, at + bytes_of(&p[i]));
        at += bytes_of(&p[i]);
    }
    fputc('}', f);
}

bool weights_write(FILE *f, const parameter *p, int n, diagnostics *d) {
    char *header = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&header, &size);
    if (!memory) return diag_error(d, "", NULL, "no memory for the header of the weights");
    put_header(memory, p, n);
    fclose(memory);
    size_t padded = (size + 7) / 8 * 8; /* tensors begin at a multiple of 8 */
    for (int i = 0; i < 8; i++) fputc((int)(padded >> (8 * i) & 255), f);
    fwrite(header, 1, size, f);
    for (size_t i = size; i < padded; i++) fputc(' ', f);
    free(header);
    for (int i = 0; i < n; i++) fwrite(p[i].v->constant->data, 1, bytes_of(&p[i]), f);
    return !ferror(f) || diag_error(d, "", NULL, "the weights cannot be written: %s", strerror(errno));
}
