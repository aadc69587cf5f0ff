/* The node `attention`: softmax(scale * Q K^T + mask) V, one for each index of the leading axes.
 *
 * Its inputs hold Q [..,M,D], K [..,N,D] and V [..,N,E] as they would be transposed by q_perm, k_perm and v_perm (absent: as they
 * are), with the last axis last; the mask, if any, broadcasts to [..,M,N]. Its output is [..,M,E] transposed by y_perm. */
#ifndef CNNC_ATTENTION_H
#define CNNC_ATTENTION_H

#include "ir/ir.h"

/* One of its tensors as rows: the transposed shape, which axis of the tensor as it is stored each one is, and how far apart its
 * elements lie there; of open sizes the largest. */
typedef struct attention_rows {
    int rank, axis[IR_MAX_RANK];
    int64_t size[IR_MAX_RANK], stride[IR_MAX_RANK];
} attention_rows;

extern const char *const attention_perms[]; /* of inputs 0 to 2, then of the output */

/* The axes of a tensor, transposed by the attribute of that number. */
attention_rows attention_rows_of(const node *n, const value_type *t, int number);
/* The same of the output, which need not have a type yet, from Q and V. */
attention_rows attention_result(const node *n);

#endif
