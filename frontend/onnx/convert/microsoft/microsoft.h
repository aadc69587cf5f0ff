/* What converters of com.microsoft share. */
#ifndef CNNC_ONNX_MICROSOFT_H
#define CNNC_ONNX_MICROSOFT_H

#include "frontend/onnx/convert/recipe.h"

/* "NAME", bytes [..][n] of that rank, becomes [..][n][8 / bits] numbers, the lowest bits first; of 8 bits it stays. */
void unpack_bits(recipe *r, const char *name, int64_t bits, int rank);

#endif
