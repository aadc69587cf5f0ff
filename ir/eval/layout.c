#include "ir/eval/eval.h"

#include <string.h>

/* Values stay the same: the evaluator sees every layout as row-major. */
bool eval_layout(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)n, (void)a, (void)d;
    memcpy(out[0].data, in[0]->data, dtype_bytes(in[0]->type.elem, tensor_count(in[0])));
    return true;
}
