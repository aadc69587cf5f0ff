/* TensorProto and its kin into constants. */
#ifndef CNNC_ONNX_TENSORS_H
#define CNNC_ONNX_TENSORS_H

#include "frontend/onnx/model_file.h"
#include "onnx/onnx.pb-c.h"

/* The largest tensor the reader accepts, in bytes. */
#define TENSOR_MAX_BYTES (((int64_t)1 << 40) - 1) /* of elements too */

/* The shape's number of elements. False after an error: rank, a negative size, more than TENSOR_MAX_BYTES. */
bool check_shape(diagnostics *d, const char *place, dtype elem, size_t rank, const int64_t *dims, int64_t *count);

/* Any element type, plain bytes, typed fields, strings or external data. Data points into the file where it lies
 * aligned there. */
bool tensor_proto_read(model_file *f, const Onnx__TensorProto *t, constant *out);
/* Made dense. */
bool sparse_tensor_proto_read(model_file *f, const Onnx__SparseTensorProto *t, constant *out);

#endif
