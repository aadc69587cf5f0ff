/* Tensor data in files beside the model. */
#ifndef CNNC_ONNX_EXTERNAL_DATA_H
#define CNNC_ONNX_EXTERNAL_DATA_H

#include "frontend/onnx/model_file.h"
#include "onnx/onnx.pb-c.h"

/* Finds the bytes that an external tensor names: a regular file with one name, below the model's folder, reached
 * without `..`, absolute paths or symbolic links; mapped until the process ends. *size is the length that the model
 * gives, else `wanted` or what the file has. `place` is for errors. */
bool external_data_find(model_file *f, const Onnx__TensorProto *t, const char *place, size_t wanted,
                        const uint8_t **data, size_t *size);

#endif
