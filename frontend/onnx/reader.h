/* Serialised ONNX into graphs and tensors; frontend.h's functions for these file types. */
#ifndef CNNC_ONNX_READER_H
#define CNNC_ONNX_READER_H

#include "frontend/frontend.h"

graph *onnx_read(const char *path, const frontend_options *o, arena *a, diagnostics *d);

/* From memory, which must stay; external data is refused. */
graph *onnx_read_bytes(const void *bytes, size_t size, const char *name, const frontend_options *o, arena *a, diagnostics *d);

#endif
