/* BatchNormalization at inference is y = x * scale + shift by channel (Ioffe & Szegedy 2015, algorithm 2):
 * scale = gamma / sqrt(variance + epsilon), shift = beta - mean * scale, computed in double and rounded once. What
 * fold_scale_shift cannot fold stays an ordinary elementwise multiply and add. */
#include "passes/rewrite.h"

#include <math.h>

/* (bytes - zero point) * scale, as lower_quantize and canonicalize leave it. */
static bool is_dequantized(const value *v) {
    const node *p = v->producer;
    if (!p || p->op != OP_mul || p->epilogue) return false;
    p = p->inputs[0]->producer;
    if (p && (p->op == OP_sub || p->op == OP_add) && !p->epilogue) p = p->inputs[0]->producer;
    return p && p->op == OP_cast && dtype_of(p->inputs[0]->type.elem)->bits == 8;
}

typedef struct linear {
    float scale, shift;
} linear;

/* Of channel c. In quantised networks rounded step by step, as ONNX Runtime does: the next layers make much of a step. */
static linear linear_of(const node *n, int64_t c, bool by_steps) {
    double gamma = constant_float(n->inputs[1]->constant, c), beta = constant_float(n->inputs[2]->constant, c);
    double mean = constant_float(n->inputs[3]->constant, c), variance = constant_float(n->inputs[4]->constant, c);
    if (by_steps) {
        float inverse = 1 / sqrtf((float)variance + (float)node_float(n, "epsilon")), s = (float)gamma * inverse, moved = (float)mean * s;
        return (linear){s, (float)beta - moved};
    }
    double s = gamma / sqrt(variance + node_float(n, "epsilon"));
    return (linear){(float)s, (float)(beta - mean * s)};
}

static bool lower_one(graph *g, node *n, void *context) {
    (void)context;
    if (n->op != OP_batch_normalization || node_int(n, "training_mode") || n->inputs[0]->type.elem != DT_F32) return true;
    const value_type *t = &n->inputs[0]->type;
    for (int i = 1; i < 5; i++)
        if (!n->inputs[i] || !n->inputs[i]->constant) return true;
    for (int i = 1; i < n->n_outputs; i++)
        if (n->outputs[i] && n->outputs[i]->uses) return true;
    int64_t channels = type_count(&n->inputs[1]->type), dims[IR_MAX_RANK];
    float *scale = ARENA_ARRAY(g->arena, float, channels), *shift = ARENA_ARRAY(g->arena, float, channels);
    for (int64_t c = 0; c < channels; c++) {
        linear l = linear_of(n, c, is_dequantized(n->inputs[0]));
        scale[c] = l.scale, shift[c] = l.shift;
    }
    int rank = t->rank > 2 ? t->rank - 1 : 1; /* [C,1,1]: right-aligned under [N,C,H,W] */
    for (int i = 0; i < rank; i++) dims[i] = i ? 1 : channels;
    const char *origin = arena_printf(g->arena, "%s | batch normalization", n->name);
    value *s = new_constant(g, "scale", rank, dims, scale, origin), *b = new_constant(g, "shift", rank, dims, shift, origin);
    node *mul = node_new(n->parent, n, OP_mul, n->name, 2, (value *[]){n->inputs[0], s}, 1);
    if (!infer_node(mul, g->diags)) return false;
    node *add = node_new(n->parent, n, OP_add, "", 2, (value *[]){mul->outputs[0], b}, 1);
    if (!infer_node(add, g->diags)) return false;
    add->outputs[0]->name = n->outputs[0]->name;
    value_replace_uses(n->outputs[0], add->outputs[0]);
    node_remove(n);
    return true;
}

bool pass_lower_batchnorm(graph *g, const pass_options *o) {
    (void)o;
    return for_each_node(g, lower_one, NULL);
}
