#ifndef CNNC_SHAPE_REDUCE_H
#define CNNC_SHAPE_REDUCE_H

#include "ir/ir.h"

/* Which of `rank` axes a reduce_* node reduces: its constant axes input (`known` false when that is computed at run
 * time), or its axes attribute. False after an error. */
bool reduced_axes(const node *n, int rank, bool *reduced, bool *known, diagnostics *d);

#endif
