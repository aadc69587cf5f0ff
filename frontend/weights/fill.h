#ifndef CNNC_WEIGHTS_FILL_H
#define CNNC_WEIGHTS_FILL_H

#include "frontend/weights/weights.h"

/* weights_fill from a file in memory, which must stay; its name tells the format. */
bool weights_fill_bytes(const parameter *p, int n, const char *name, const uint8_t *bytes, size_t size, arena *a, diagnostics *d);

#endif
