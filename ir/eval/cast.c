#include "ir/eval/eval.h"

bool eval_cast(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)a;
    dtype from = in[0]->type.elem, to = out[0].type.elem;
    if (dtype_of(from)->kind == CLASS_STRING || dtype_of(to)->kind == CLASS_STRING) return node_error(d, n, NULL, "casts of strings are not supported");
    const bool real = dtype_of(from)->kind == CLASS_FLOAT || dtype_of(to)->kind == CLASS_FLOAT, saturate = node_int(n, "saturate");
    const char *round_mode = node_string(n, "round_mode");
    const int64_t count = tensor_count(in[0]);
    for (int64_t i = 0; i < count; i++) {
        if (real) dtype_store_cast(to, out[0].data, i, dtype_load_float(from, in[0]->data, i), round_mode, saturate);
        else dtype_store_int(to, out[0].data, i, dtype_load_int(from, in[0]->data, i));
    }
    return true;
}
