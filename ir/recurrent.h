/* What RNN, GRU and LSTM nodes say, in plain numbers. */
#ifndef CNNC_RECURRENT_H
#define CNNC_RECURRENT_H

#include "ir/ir.h"

typedef struct recurrent_node {
    int gates, directions;
    bool reverse[2], linear_before_reset, couple, has_clip;
    double clip;
    int64_t steps, batch, input, hidden; /* of open sizes the most */
    int code[2][3];                      /* activations by direction: see runtime/library/activation.h */
    double alpha[2][3], beta[2][3];
} recurrent_node;

/* False after an error: attributes or shapes do not fit. */
bool recurrent_of(const node *n, recurrent_node *r, diagnostics *d);

#endif
