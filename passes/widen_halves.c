/* Operators on f16 or bf16 compute in float32, where kernels have vectors and layouts, and results between them are not rounded
 * (but by --accuracy strict). What the network takes, returns and casts keeps its type. */
#include "passes/rewrite.h"

static bool is_half(dtype t) { return t == DT_F16 || t == DT_BF16; }

/* They take float32 in place of 16 bits, and return what they take. */
static bool computes(const node *n) {
    switch (n->op) {
    case OP_conv:
    case OP_conv_transpose:
    case OP_max_pool:
    case OP_average_pool:
    case OP_adaptive_max_pool:
    case OP_adaptive_average_pool:
    case OP_global_average_pool:
    case OP_global_max_pool:
    case OP_batch_normalization:
    case OP_instance_normalization:
    case OP_group_normalization:
    case OP_layer_normalization:
    case OP_rms_normalization:
    case OP_lrn:
    case OP_gemm:
    case OP_matmul:
    case OP_softmax:
    case OP_log_softmax:
    case OP_reduce_sum:
    case OP_reduce_mean:
    case OP_resize_axis: return true;
    case OP_cast:
    case OP_cast_like:
    case OP_identity:
    case OP_saturate: return false;
    default: return op_of(n->op)->props & PROP_ELEMENTWISE;
    }
}

/* They only move numbers: in float32 where these come so. */
static bool moves(const node *n) {
    switch (n->op) {
    case OP_identity:
    case OP_reshape:
    case OP_flatten:
    case OP_squeeze:
    case OP_unsqueeze:
    case OP_transpose:
    case OP_slice:
    case OP_pad:
    case OP_concat:
    case OP_split: return true;
    default: return false;
    }
}

/* By id of a value of 16 bits: the type that it had before it became float32, or DT_NONE. */
typedef struct widened {
    dtype *was;
    int count;
} widened;

static dtype type_before(const widened *w, const value *v) { return v && v->id < w->count ? w->was[v->id] : DT_NONE; }

static value *cast(graph *g, region *r, node *before, value *v, dtype to) {
    const node *named = before ? before : v->producer;
    node *c = node_new(r, before, OP_cast, named ? named->name : "", 1, &v, 1);
    node_set_int(c, "to", dtype_of(to)->onnx);
    return infer_node(c, g->diags) ? c->outputs[0] : NULL;
}

static value *wide_constant(graph *g, const value *v) {
    int64_t n = type_count(&v->type);
    float *to = ARENA_ARRAY(g->arena, float, n);
    for (int64_t i = 0; i < n; i++) to[i] = (float)constant_float(v->constant, i);
    value_type t = v->type;
    t.elem = DT_F32;
    return value_constant(g, v->name, t, to, arena_printf(g->arena, "%s | as float32", v->constant->origin));
}

static bool set_input(node *n, int i, value *v) {
    if (v) node_set_input(n, i, v);
    return v != NULL;
}

static bool widen(graph *g, node *n, widened *w) {
    for (int i = 0; i < n->n_inputs; i++) {
        value *v = n->inputs[i];
        if (v && is_half(v->type.elem) && !set_input(n, i, v->constant ? wide_constant(g, v) : cast(g, n->parent, n, v, DT_F32))) return false;
    }
    for (int i = 0; i < n->n_outputs; i++)
        if (n->outputs[i] && is_half(n->outputs[i]->type.elem)) w->was[n->outputs[i]->id] = n->outputs[i]->type.elem;
    return infer_node(n, g->diags);
}

/* What stays as it is reads what it did, but for casts to float32, which then change nothing. */
static bool keep(graph *g, node *n, const widened *w) {
    if (n->op == OP_cast && n->outputs[0]->type.elem == DT_F32) return true;
    for (int i = 0; i < n->n_inputs; i++) {
        dtype t = type_before(w, n->inputs[i]);
        if (t != DT_NONE && !set_input(n, i, cast(g, n->parent, n, n->inputs[i], t))) return false;
    }
    return true;
}

static bool keep_outputs(graph *g, region *r, const widened *w) {
    for (int i = 0; i < r->n_outputs; i++) {
        value *v = r->outputs[i];
        dtype t = type_before(w, v);
        if (t == DT_NONE) continue;
        value *narrow = cast(g, r, NULL, v, t);
        if (!narrow) return false;
        narrow->name = v->name;
        region_set_output(r, i, narrow);
    }
    return true;
}

static bool widen_one(graph *g, node *n, void *context) {
    widened *w = context;
    bool half = false, wide = false;
    for (int i = 0; i < n->n_inputs; i++)
        if (n->inputs[i]) half |= is_half(n->inputs[i]->type.elem), wide |= type_before(w, n->inputs[i]) != DT_NONE;
    bool widens = (computes(n) && (half || wide)) || (moves(n) && wide);
    for (int i = 0; i < n->n_regions; i++)
        if (!keep_outputs(g, n->regions[i], w)) return false;
    return widens ? widen(g, n, w) : keep(g, n, w);
}

bool pass_widen_halves(graph *g, const pass_options *o) {
    if (o->rounds_halves) return true;
    widened w = {ARENA_ARRAY(g->arena, dtype, g->next_value), g->next_value};
    return for_each_node(g, widen_one, &w) && keep_outputs(g, g->body, &w);
}
