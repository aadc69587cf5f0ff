/* What a network takes, counted on its graph as it was read, before passes. */
#ifndef CNNC_COUNT_H
#define CNNC_COUNT_H

#include "ir/ir.h"

/* Numbers that were learned, in all branches: floating point constants but for single numbers without a shape, which the model's
 * text gives, and for the means and variances of normalizations, which are measured. Each counts once. */
int64_t count_parameters(const graph *g, arena *a);

/* Multiply-adds of convolutions and products, of branches the longest. All sizes are numbers. */
int64_t count_macs(const graph *g);

#endif
