/* cnnc MODEL --manifest: what was emitted, as JSON. */
#ifndef CNNC_MANIFEST_H
#define CNNC_MANIFEST_H

#include "backend/backend.h"
#include "compiler/output.h"

/* Model and its hash, version, options, sizes, multiply-adds, error bound, tensors, and each kernel call in the order of the
 * emitted file with the parts of buffers that it reads and writes. False after an error. */
bool manifest_write(const plan *p, const backend_options *o, FILE *f);

#endif
