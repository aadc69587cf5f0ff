/* What the files of the ONNX reader share. */
#ifndef CNNC_ONNX_READER_H
#define CNNC_ONNX_READER_H

#include "frontend/frontend.h"
#include "onnx/onnx.pb-c.h"

typedef struct reader {
    const char *path;
    const frontend_options *options;
    arena *arena;
    diagnostics *diags;
    graph *graph;
    int64_t opset; /* of the standard domain */
} reader;

/* tensors.c: a TensorProto as a tensor whose data points into the message where it can, else into the arena. place
 * names it in errors. */
bool tensor_from_proto(reader *r, const Onnx__TensorProto *p, const char *place, tensor *out);
value_type type_from_proto(reader *r, const Onnx__TypeProto *p, const char *name);
/* external_data.c: data in a file beneath the model's folder. */
bool external_data(reader *r, const Onnx__TensorProto *p, const char *place, tensor *out);

/* The bytes of a file, kept until the process ends. NULL after an error. */
const uint8_t *read_file(const char *path, size_t *size, diagnostics *d);

#endif
