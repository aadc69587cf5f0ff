#include "ir/eval/slices.h"

/* Offsets of all elements along the marked axes. */
static int64_t *offsets(const value_type *t, const bool *marked, bool mark, int64_t *count, arena *a) {
    *count = 1;
    for (int k = 0; k < t->rank; k++)
        if (marked[k] == mark) *count *= t->dims[k].size;
    int64_t *to = ARENA_ARRAY(a, int64_t, *count), filled = 1, stride = 1;
    for (int k = t->rank - 1; k >= 0; k--) { /* from the innermost axis: repeat what is there, one stride further */
        int64_t size = t->dims[k].size;
        if (marked[k] == mark && *count) {
            for (int64_t i = 1; i < size; i++)
                for (int64_t j = 0; j < filled; j++) to[i * filled + j] = to[j] + i * stride;
            filled *= size;
        }
        stride *= size;
    }
    return to;
}

slices slices_of(const value_type *t, const bool *along, arena *a) {
    slices s;
    s.step = offsets(t, along, true, &s.length, a);
    s.start = offsets(t, along, false, &s.count, a);
    return s;
}

slices slices_along(const value_type *t, int axis, arena *a) {
    bool along[IR_MAX_RANK] = {false};
    if (t->rank) along[axis < 0 ? axis + t->rank : axis] = true;
    return slices_of(t, along, a);
}

const double *gather_floats(const slices *s, int64_t slice, const double *from, double *to) {
    for (int64_t e = 0; e < s->length; e++) to[e] = from[slice_at(s, slice, e)];
    return to;
}

const int64_t *gather_ints(const slices *s, int64_t slice, const int64_t *from, int64_t *to) {
    for (int64_t e = 0; e < s->length; e++) to[e] = from[slice_at(s, slice, e)];
    return to;
}
