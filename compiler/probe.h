/* Small programs that cnnc carries along to learn something about a compiler or a machine: runtime/NAME.c. */
#ifndef CNNC_PROBE_H
#define CNNC_PROBE_H

#include "compiler/toolchain.h"

/* Builds runtime/NAME.c, beside which NAME.h is `header` unless that is NULL, and runs it with a file to write to as its first
 * argument, `argument` (or NULL) as its second. At
 * most `size` bytes of what it wrote; their count, 0 after an error. */
size_t probe_run(const toolchain *t, const char *name, const char *header, const char *const *defines, const char *argument, void *result, size_t size, arena *a,
                 diagnostics *d);

#endif
