/* QuantizeLinear and DequantizeLinear as ONNX defines them, in the type of the scale. */
#include "ir/eval/eval.h"
#include "ir/eval/scalar.h"

#include <math.h>

/* Index of the parameter that belongs to element i: those of an axis, or the only one. */
typedef struct spread {
    int64_t count, inner;
} spread;

static spread spread_of(const node *n, const tensor *x, const tensor *parameter) {
    spread s = {tensor_count(parameter), 1};
    int64_t axis = node_int(n, "axis");
    if (axis < 0) axis += x->type.rank;
    for (int i = (int)axis + 1; i < x->type.rank; i++) s.inner *= tensor_size(x, i);
    return s;
}

static int64_t parameter_at(spread s, int64_t i) { return s.count == 1 ? 0 : i / s.inner % s.count; }

bool eval_quantize_linear(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)a, (void)d;
    spread scales = spread_of(n, in[0], in[1]), zeros = spread_of(n, in[0], in[2]);
    dtype to = out[0].type.elem;
    double low = to == DT_I8 ? INT8_MIN : 0, high = to == DT_I8 ? INT8_MAX : UINT8_MAX;
    for (int64_t i = 0; i < tensor_count(in[0]); i++) {
        double scale = dtype_load_float(in[1]->type.elem, in[1]->data, parameter_at(scales, i));
        double q = rint(round_to(in[0]->type.elem, dtype_load_float(in[0]->type.elem, in[0]->data, i) / scale)) + (double)dtype_load_int(to, in[2]->data, parameter_at(zeros, i));
        dtype_store_int(to, out[0].data, i, (int64_t)(q > low ? q < high ? q : high : low));
    }
    return true;
}

bool eval_dequantize_linear(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)a, (void)d;
    spread scales = spread_of(n, in[0], in[1]), zeros = spread_of(n, in[0], in[2]);
    dtype from = in[0]->type.elem;
    for (int64_t i = 0; i < tensor_count(in[0]); i++) {
        int64_t q = dtype_load_int(from, in[0]->data, i) - dtype_load_int(from, in[2]->data, parameter_at(zeros, i));
        dtype_store_float(out[0].type.elem, out[0].data, i, (double)q * dtype_load_float(in[1]->type.elem, in[1]->data, parameter_at(scales, i)));
    }
    return true;
}
