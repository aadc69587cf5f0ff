/* Operators that C files of the user's compute: --custom-op [DOMAIN:]NAME=FILE. */
#ifndef CNNC_CUSTOM_OP_H
#define CNNC_CUSTOM_OP_H

#include "backend/plan/custom.h"

/* custom_file.c: the function that is called like the operator, and what its parameters stand for; f->operator is set. False
 * after errors, with their places: the file is no C, or not one that can become part of another. */
bool custom_read(custom_function *f, const char *path, arena *a, diagnostics *d);

/* custom_op.c: every OP_custom node of the graph against the function for it. All types are known. */
bool custom_check(const region *r, const custom_function *functions, int n, arena *a, diagnostics *d);

#endif
