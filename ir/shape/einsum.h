/* Einsum's equation, understood. */
#ifndef CNNC_SHAPE_EINSUM_H
#define CNNC_SHAPE_EINSUM_H

#include "ir/ir.h"

enum { EINSUM_MAX_LABELS = 52 + IR_MAX_RANK };

/* The axes of one operand (or of the result) as labels. */
typedef struct einsum_term {
    int rank;
    int labels[IR_MAX_RANK];
} einsum_term;

/* Letters and the axes of "..." are labels 0..n_labels-1; those of the result come first, in its order. */
typedef struct einsum {
    int n_labels;
    dim size[EINSUM_MAX_LABELS];
    einsum_term *inputs; /* one an input of the node */
    einsum_term output;
} einsum;

/* From the node's equation and the shapes of its inputs. False after an error. */
bool einsum_parse(const node *n, einsum *e, diagnostics *d);

#endif
