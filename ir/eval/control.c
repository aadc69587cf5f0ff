#include "ir/eval/eval.h"

bool eval_if(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    scope *s = scope_new(n, in, a, d);
    const region *r = n->regions[dtype_load_int(in[0]->type.elem, in[0]->data, 0) ? 0 : 1];
    tensor *results = ARENA_ARRAY(a, tensor, r->n_outputs);
    if (!s || !scope_run(s, r, NULL, results)) return false;
    for (int i = 0; i < n->n_outputs && i < r->n_outputs; i++) out[i] = results[i];
    return true;
}
