/* A tensor seen as slices along some of its axes: what reductions, softmax, sorting and normalisation work on. */
#ifndef CNNC_EVAL_SLICES_H
#define CNNC_EVAL_SLICES_H

#include "ir/eval/eval.h"

/* Element e of slice s lies at start[s] + step[e]. Slices and their elements come in row-major order. */
typedef struct slices {
    int64_t count, length;
    int64_t *start, *step;
} slices;

/* One slice spans the axes marked in `along`. */
slices slices_of(const value_type *t, const bool *along, arena *a);
slices slices_along(const value_type *t, int axis, arena *a);

static inline int64_t slice_at(const slices *s, int64_t slice, int64_t element) { return s->start[slice] + s->step[element]; }
/* Elements of one slice in a row. */
const double *gather_floats(const slices *s, int64_t slice, const double *from, double *to);
const int64_t *gather_ints(const slices *s, int64_t slice, const int64_t *from, int64_t *to);

#endif
