/* Two tensors held against each other. */
#ifndef CNNC_COMPARE_H
#define CNNC_COMPARE_H

#include "ir/ir.h"

/* Floats: with rtol or atol >= 0, each |got - want| <= atol + rtol * |want| (one that is negative counts as 0); else
 * max |got - want| <= relative * max |want|, but never less than two units in the last place of the element type.
 * NaN equals NaN. All other types must be equal. */
typedef struct tolerance {
    double relative, rtol, atol;
    bool drawn; /* values that differ may, when they lie in the same range: they are random */
} tolerance;

static const tolerance default_tolerance = {.relative = 1e-5, .rtol = -1, .atol = -1};

typedef struct difference {
    bool same;
    bool comparable;  /* same element type and shape */
    double largest;   /* max |got - want| */
    double relative;  /* that over max |want| */
    int64_t wrong;    /* elements out of tolerance */
    int64_t worst;    /* index of the largest difference */
    double got, want; /* there */
} difference;

/* Both row-major. Sequences compare item by item and report the first that differs. */
difference compare_tensors(const tensor *got, const tensor *want, const tolerance *t);

/* One line, no newline: "max |diff| / max |ref| 3.1e-07" or what is wrong. */
void difference_print(FILE *f, const difference *d, const tensor *got, const tensor *want);

#endif
