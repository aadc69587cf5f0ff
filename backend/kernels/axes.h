/* A row-major tensor as slices along some of its axes, for kernels that loop over both. */
#ifndef CNNC_KERNELS_AXES_H
#define CNNC_KERNELS_AXES_H

#include "backend/kernels/row_major.h"

/* Axes that lie one behind the other in memory are joined. Outermost first. Sizes may be open. */
typedef struct axes {
    int n;
    number size[IR_MAX_RANK], stride[IR_MAX_RANK];
    number count; /* product of sizes */
} axes;

/* The axes of x that are marked (or, with mark false, the others). */
axes axes_of(arena *a, const operand *x, const bool *marked, bool mark);
/* The same for a single axis, which may be negative. */
axes axes_along(arena *a, const operand *x, int64_t axis);
axes axes_across(arena *a, const operand *x, int64_t axis);
/* From one element of a single axis to the next. */
number axes_step(const axes *along);

/* Where a slice starts, given its number in `var`: C text, never empty. */
const char *axes_index(arena *a, const axes *kept, const char *var);

/* Opens nested loops over the axes at this depth of indentation, with `element` declared as the offset of the element
 * within its slice; loops(n) closes them. The counters are named prefix0, prefix1… */
void axes_open(text *out, const axes *along, const char *prefix, const char *element, int depth);
void axes_close(text *out, const axes *along, int depth);

#endif
