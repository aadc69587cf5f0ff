#include <math.h>

#include "compiler/quantize/quantize.h"

const float *corrected_bias(const layer *l, const quantization *weights, const observation *x, arena *a) {
    int64_t count = type_count(&l->weights->type), channels = type_count(&weights->scale->type);
    double *added = ARENA_ARRAY(a, double, channels);
    for (int64_t i = 0; i < count; i++) {
        int64_t c = product_output_channel(l->node, i);
        double exact = constant_float(l->weights->constant, i), scale = constant_float(weights->scale, c);
        added[c] += (rint(exact / scale) * scale - exact) * x->means[product_input_channel(l->node, i)];
    }
    float *bias = ARENA_ARRAY(a, float, channels);
    for (int64_t c = 0; c < channels; c++) bias[c] = (float)((l->bias ? constant_float(l->bias->constant, c) : 0) - added[c]);
    return bias;
}
