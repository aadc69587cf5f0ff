#include "ir/eval/eval.h"

bool eval_cast(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)a;
    dtype from = in[0]->type.elem, to = out[0].type.elem;
    if (dtype_of(from)->kind == CLASS_STRING || dtype_of(to)->kind == CLASS_STRING) return node_error(d, n, NULL, "casts of strings are not supported");
    bool real = dtype_of(from)->kind == CLASS_FLOAT;
    for (int64_t i = 0; i < tensor_count(in[0]); i++) {
        if (real || dtype_of(to)->kind == CLASS_FLOAT)
            dtype_store_cast(to, out[0].data, i, dtype_load_float(from, in[0]->data, i), node_string(n, "round_mode"), node_int(n, "saturate"));
        else dtype_store_int(to, out[0].data, i, dtype_load_int(from, in[0]->data, i));
    }
    return true;
}
