#include "ir/eval/eval.h"

#include <math.h>

eval_fn eval_conv, eval_conv_integer;

static double largest(const tensor *t, int64_t plane, int64_t y, int64_t x, const int64_t *pool) {
    int64_t height = tensor_size(t, 2), width = tensor_size(t, 3);
    double most = -(double)INFINITY;
    for (int64_t r = 0; r < pool[0]; r++)
        for (int64_t c = 0; c < pool[1]; c++)
            most = fmax(most, dtype_load_float(t->type.elem, t->data, (plane * height + y * pool[0] + r) * width + x * pool[1] + c));
    return most;
}

static bool convolve_and_pool(const node *n, eval_fn *convolve, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    window w;
    if (!window_of(n, &w, d)) return false;
    int64_t dims[4] = {tensor_size(&out[0], 0), tensor_size(&out[0], 1), w.out[0].size, w.out[1].size};
    tensor whole = tensor_new(a, type_tensor(a, out[0].type.elem, 4, dims));
    if (!convolve(n, in, &whole, a, d)) return false;
    int count;
    const int64_t *pool = node_ints(n, "pool", &count);
    for (int64_t p = 0, to = 0; p < dims[0] * dims[1]; p++)
        for (int64_t y = 0; y < tensor_size(&out[0], 2); y++)
            for (int64_t x = 0; x < tensor_size(&out[0], 3); x++, to++)
                dtype_store_float(out[0].type.elem, out[0].data, to, largest(&whole, p, y, x, pool));
    return true;
}

bool eval_conv_max_pool(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    return convolve_and_pool(n, eval_conv, in, out, a, d);
}

bool eval_conv_integer_max_pool(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    int count;
    node_ints(n, "pool", &count);
    return count ? convolve_and_pool(n, eval_conv_integer, in, out, a, d) : eval_conv_integer(n, in, out, a, d);
}
