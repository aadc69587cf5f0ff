/* Older versions of operators brought into the newest form, which is that of ops.def. */
#ifndef CNNC_ONNX_CONVERT_H
#define CNNC_ONNX_CONVERT_H

#include "ir/ir.h"

/* n has the inputs and attributes of the model, in the version that `opset` of its domain gives. */
bool convert_node(node *n, int64_t opset, diagnostics *d);

#endif
