/* A file of named arrays, opened: what .npz, .safetensors and .onnx files have in common. */
#ifndef CNNC_WEIGHTS_ARCHIVE_H
#define CNNC_WEIGHTS_ARCHIVE_H

#include "ir/ir.h"

typedef struct archive_entry {
    const char *name;
    value_type type;  /* unknown until described */
    const void *data; /* where the file lies in memory, row-major; NULL: loaded on demand */
    uint64_t index;   /* for the reader */
} archive_entry;

typedef struct archive {
    const char *path; /* NULL: from memory */
    const char *name; /* of the file, without folders */
    const uint8_t *bytes;
    size_t size;
    archive_entry *entries;
    int n;
    const struct archive_format *format;
    void *handle;
    arena *arena;
    diagnostics *diags;
} archive;

/* Each reports its errors and returns false then. */
typedef struct archive_format {
    const char *suffix;
    bool (*open)(archive *f);                                   /* lists the entries */
    bool (*describe)(archive *f, archive_entry *e);             /* sets the type; NULL: open has */
    bool (*load)(archive *f, const archive_entry *e, void *to); /* NULL: open has set the data */
    void (*close)(archive *f);                                  /* NULL: nothing to do */
} archive_format;

extern const archive_format npz_format, safetensors_format, onnx_format;

bool archive_open(archive *f, const char *path, arena *a, diagnostics *d);
/* From memory, which must stay; the name tells the format. */
bool archive_open_bytes(archive *f, const char *name, const uint8_t *bytes, size_t size, arena *a, diagnostics *d);
bool archive_describe(archive *f, archive_entry *e);
/* Data of a described entry, aligned for its type. NULL after an error. */
const void *archive_data(archive *f, const archive_entry *e);
void archive_close(archive *f); /* mappings stay */

/* "weights.npz: 'conv1.weight'", in the arena. */
const char *archive_place(const archive *f, const archive_entry *e);

#endif
