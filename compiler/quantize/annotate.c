#include <float.h>
#include <math.h>
#include <string.h>

#include "compiler/quantize/quantize.h"

enum { UNSIGNED_MOST = 255, SIGNED_MOST = 127, BIAS_BITS = 30 };

/* ---- quantizations ---- */

static constant *new_constant(graph *g, dtype t, int64_t n, bool scalar, const char *origin) {
    constant *c = ARENA_NEW(g->arena, constant);
    c->type = type_tensor(g->arena, t, scalar ? 0 : 1, &n);
    c->data = arena_alloc(g->arena, dtype_bytes(t, n));
    c->origin = origin;
    return c;
}

static void store(const constant *c, int64_t i, double x) { dtype_store_float(c->type.elem, (void *)(uintptr_t)c->data, i, x); }

/* All zeros for n channels along the axis (-1: one for all), scales yet to be filled in. */
static quantization *new_quantization(graph *g, dtype integer, int axis, int64_t n, const char *origin) {
    const quantization q = {.axis = axis, .scale = new_constant(g, DT_F32, n, axis < 0, origin), .zero_point = new_constant(g, integer, n, axis < 0, origin)};
    return arena_copy(g->arena, &q, sizeof q);
}

/* The range in 256 steps, one of which is zero. */
static const quantization *of_range(graph *g, const range *r) {
    quantization *q = new_quantization(g, DT_U8, -1, 1, "cnnc quantize");
    float scale = (float)((r->high - r->low) / UNSIGNED_MOST);
    if (!(scale >= FLT_MIN)) scale = 1; /* it is zero for all samples */
    store(q->scale, 0, (double)scale);
    dtype_store_int(DT_U8, (void *)(uintptr_t)q->zero_point->data, 0, (int64_t)fmin(fmax(rint(-r->low / (double)scale), 0), UNSIGNED_MOST));
    return q;
}

/* ---- activations ---- */

static bool same_side(const range *x, const range *y) { return (x->low < 0) == (y->low < 0); }

/* The activation whose range i has. */
static int deciding(const scheme *s, int i, const range *ranges) {
    const activation *all = s->activations;
    while (all[i].shares != i) {
        int next = all[i].shares;
        if (all[i].joins && !same_side(&ranges[all[i].value->id], &ranges[all[next].value->id])) break;
        i = next;
    }
    return i;
}

/* ---- weights and biases ---- */

/* So that the largest weight of a channel is 127, and its bias fits into 32 bits. */
static void fill_scales(const layer *l, const quantization *q, double input_scale) {
    int64_t channels = type_count(&q->scale->type), count = type_count(&l->weights->type);
    for (int64_t c = 0; c < channels; c++) store(q->scale, c, 0);
    for (int64_t i = 0; i < count; i++) {
        int64_t c = product_output_channel(l->node, i);
        store(q->scale, c, fmax(constant_float(q->scale, c), fabs(constant_float(l->weights->constant, i))));
    }
    for (int64_t c = 0; c < channels; c++) {
        double scale = constant_float(q->scale, c) / SIGNED_MOST;
        if (l->bias) scale = fmax(scale, fabs(constant_float(l->bias->constant, c)) / input_scale / ldexp(1, BIAS_BITS));
        store(q->scale, c, scale >= (double)FLT_MIN ? scale : 1);
    }
}

static void annotate_product(graph *g, const layer *l, const observation *means) {
    int axis = product_channel_axis(l->node);
    int64_t channels = type_size(&l->weights->type, axis);
    const value *x = l->node->inputs[0];
    double input_scale = constant_float(x->type.quant->scale, 0);
    const char *origin = l->weights->constant->origin;
    quantization *q = new_quantization(g, DT_I8, axis, channels, origin);
    fill_scales(l, q, input_scale);
    value *w = value_constant(g, l->weights->name, l->weights->type, l->weights->constant->data, origin);
    w->type.quant = q;
    node_set_input(l->node, 1, w);
    if (!l->bias && !means) return;
    const float *data = means ? corrected_bias(l, q, &means[x->id], g->arena) : l->bias->constant->data;
    quantization *b = new_quantization(g, DT_I32, 0, channels, origin);
    for (int64_t c = 0; c < channels; c++) store(b->scale, c, constant_float(q->scale, c) * input_scale);
    value *bias = value_constant(g, l->bias ? l->bias->name : "bias", type_tensor(g->arena, DT_F32, 1, &channels), data, origin);
    bias->type.quant = b;
    if (l->node->n_core_inputs > 2) node_set_input(l->node, 2, bias);
    else l->node->n_core_inputs = node_add_input(l->node, bias) + 1;
}

void scheme_annotate(graph *g, const scheme *s, const range *ranges, const observation *means) {
    for (int i = 0; i < s->n_activations; i++) {
        int from = deciding(s, i, ranges);
        s->activations[i].value->type.quant = of_range(g, &ranges[s->activations[from].value->id]);
    }
    for (int i = 0; i < s->n_layers; i++)
        if (s->layers[i].is_product && !s->layers[i].obstacle)
            annotate_product(g, &s->layers[i], s->layers[i].node->op == OP_matmul ? NULL : means);
}

void scheme_strip(const scheme *s) {
    for (int i = 0; i < s->n_activations; i++) s->activations[i].value->type.quant = NULL;
    for (int i = 0; i < s->n_layers; i++) {
        const layer *l = &s->layers[i];
        if (!l->is_product || l->obstacle) continue;
        node_set_input(l->node, 1, l->weights);
        if (l->node->n_core_inputs > 2) node_set_input(l->node, 2, l->bias);
    }
}
