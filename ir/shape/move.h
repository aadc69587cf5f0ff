/* Attributes and constant inputs of data movement in plain numbers: shared by shapes, evaluators and emitters. */
#ifndef CNNC_SHAPE_MOVE_H
#define CNNC_SHAPE_MOVE_H

#include "ir/ir.h"

typedef struct slice_axis {
    bool touched; /* the node names this axis */
    dim start;
    int64_t step;
    dim count;
} slice_axis;

/* The axes [*from, *to) that Shape is asked for, of a tensor of that rank. */
void shape_axes(const node *n, int rank, int64_t *from, int64_t *to);

/* One entry an axis of input 0. 1: known, 0: starts or ends are not known, -1: after an error. */
int slice_axes(const node *n, slice_axis *out, diagnostics *d);

/* Elements added (negative: cut) before and after each axis. 1, 0, -1 as above. pad_amounts knows numbers only. */
int pad_sizes(const node *n, dim *begin, dim *end, diagnostics *d);
int pad_amounts(const node *n, int64_t *begin, int64_t *end, diagnostics *d);

#endif
