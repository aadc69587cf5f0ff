/* Reproducible input for a network nobody gave data for. */
#ifndef CNNC_RANDOM_INPUT_H
#define CNNC_RANDOM_INPUT_H

#include "ir/ir.h"

/* Floats uniform in [-1, 1); 8-bit integers in their whole range; wider ones, which are often indices, and bools 0 or
 * 1. False when the type is no static tensor of numbers. */
bool random_tensor(value_type type, uint64_t *state, tensor *out, arena *a);

/* One for each input of a graph; those that have a fallback get it. `cure`: for an input that cannot be made up. */
bool random_inputs(const region *body, uint64_t *state, tensor *inputs, arena *a, const char *cure, diagnostics *d);

#endif
