/* cnnc MODEL --manifest: what was emitted, as JSON. */
#ifndef CNNC_MANIFEST_H
#define CNNC_MANIFEST_H

#include "backend/backend.h"
#include "compiler/output.h"

/* Model and its hash, version, options, sizes, multiply-adds, error bound, tensors, and each kernel call in the order of the
 * emitted file with the parts of buffers that it reads and writes. False after an error. */
bool manifest_write(const plan *p, const backend_options *o, FILE *f);

/* Writes OUT.json again with what single layers measured: `errors` by the place of the layer's node in the plan's graph, -1 where
 * that is not known; `how`: inputs and compiler. An error where the file is not of this plan. */
bool manifest_measured(const plan *p, const double *errors, const char *how, const char *path, arena *a, diagnostics *d);

/* The layers of OUT.json that a bound is stated for, or that were measured, as the lines of a comment, and the largest of both
 * as macros. Nothing where there is no such file; an error where it is of a model of another hash. */
bool manifest_certify(const char *path, const char *prefix, uint64_t model_hash, FILE *f, arena *a, diagnostics *d);

#endif
