/* NumPy's array format: versions 1 to 3, C and Fortran order, little-endian (or single-byte) elements. */
#ifndef CNNC_FRONTEND_NPY_H
#define CNNC_FRONTEND_NPY_H

#include "ir/ir.h"

/* Where an array comes from: a file, or an entry of an archive. */
typedef struct npy_stream {
    bool (*read)(void *from, void *to, size_t n); /* all n bytes, or false */
    void *from;
    uint64_t left; /* bytes it still has */
    const char *place; /* for errors */
} npy_stream;

typedef struct npy_header {
    dtype elem;
    bool fortran;
    int rank;
    int64_t dims[IR_MAX_RANK];
    int64_t count; /* elements; the stream has as many */
} npy_header;

bool npy_read_header(npy_stream *s, npy_header *h, arena *a, diagnostics *d);
/* The elements in row-major order: dtype_bytes(h->elem, h->count) bytes. */
bool npy_read_data(npy_stream *s, const npy_header *h, void *to, arena *a, diagnostics *d);

/* What headers call this type, or NULL. */
const char *npy_descr(dtype t);

#endif
