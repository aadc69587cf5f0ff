/* A serialised model and what its reading may take. */
#ifndef CNNC_ONNX_MODEL_FILE_H
#define CNNC_ONNX_MODEL_FILE_H

#include "ir/ir.h"

typedef struct model_file {
    const char *place; /* its folder with a slash, or "" */
    const char *name; /* without folders; begins the origin of constants */
    const uint8_t *bytes; /* mapped, or the caller's; constants point into them */
    size_t size;
    bool mapped;
    int folder;                     /* an open directory: external data lies below it; -1: none is allowed */
    struct external_file *external; /* mapped so far */
    size_t memory_left;             /* what tensors may still unfold to, when they are not plain bytes */
    arena *arena;
    diagnostics *diags;
} model_file;

/* Opens and maps `path`; its folder is opened for external data. */
bool model_file_open(model_file *f, const char *path, arena *a, diagnostics *d);
void model_file_close(model_file *f); /* the folder; mappings stay */

#endif
