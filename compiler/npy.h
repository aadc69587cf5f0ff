/* NumPy's .npy files. */
#ifndef CNNC_NPY_H
#define CNNC_NPY_H

#include "ir/ir.h"

/* The whole file into a row-major tensor. */
bool npy_read(const char *path, tensor *out, arena *a, diagnostics *d);

/* Types that NumPy lacks (bf16, float8, packed 4-bit…) are widened to f32 or i8. Strings cannot be written. */
bool npy_write(const char *path, const tensor *t, arena *a, diagnostics *d);

#endif
