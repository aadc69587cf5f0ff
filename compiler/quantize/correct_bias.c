#include <math.h>

#include "compiler/quantize/quantize.h"

/* The channel of the input that weight i multiplies. */
static int64_t input_channel(const layer *l, int64_t i, int64_t channel) {
    const value_type *w = &l->weights->type;
    int64_t outs = type_size(w, 0), ins = type_size(w, 1);
    if (l->node->op != OP_conv) return product_channel_axis(l->node) == 0 ? i % ins : i / ins;
    int64_t taps = type_count(w) / outs / ins, per_group = outs / node_int(l->node, "group");
    return channel / per_group * ins + i / taps % ins;
}

const float *corrected_bias(const layer *l, const quantization *weights, const observation *x, arena *a) {
    const value_type *w = &l->weights->type;
    int64_t count = type_count(w), channels = type_count(&weights->scale->type), inner = 1;
    for (int i = weights->axis + 1; i < w->rank; i++) inner *= type_size(w, i);
    double *added = ARENA_ARRAY(a, double, channels);
    for (int64_t i = 0; i < count; i++) {
        int64_t c = i / inner % channels;
        double exact = constant_float(l->weights->constant, i), scale = constant_float(weights->scale, c);
        added[c] += (rint(exact / scale) * scale - exact) * x->means[input_channel(l, i, c)];
    }
    float *bias = ARENA_ARRAY(a, float, channels);
    for (int64_t c = 0; c < channels; c++) bias[c] = (float)((l->bias ? constant_float(l->bias->constant, c) : 0) - added[c]);
    return bias;
}
