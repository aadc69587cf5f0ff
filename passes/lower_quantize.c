/* Quantisation that is left becomes elementwise arithmetic on float32, which moves into the kernels before it. Where it
 * follows what has scales itself (sums of products, dequantised tensors and their additions and averages), they are divided
 * by the new scale at compile time; ReLU and Clip become bounds of the saturation. */
#include "passes/quantized.h"

#include <math.h>

typedef struct target_type {
    dtype elem;
    double scale;
    int64_t zero, low, high;
} target_type;

/* ---- activations as bounds ---- */

static int64_t quantized_bound(const target_type *t, double x) {
    double q = rint(x / t->scale) + (double)t->zero;
    return (int64_t)(q > (double)t->low ? q < (double)t->high ? q : (double)t->high : (double)t->low);
}

/* The bounds of a ReLU or Clip; false: it is neither. */
static bool bounds_of(const node *n, double *low, double *high) {
    *low = -(double)INFINITY, *high = (double)INFINITY;
    if (n->op == OP_relu) *low = 0;
    else if (n->op == OP_clip) {
        if (n->n_inputs > 1 && n->inputs[1] && !constant_scalar(n->inputs[1], low)) return false;
        if (n->n_inputs > 2 && n->inputs[2] && !constant_scalar(n->inputs[2], high)) return false;
    } else return false;
    return *low <= *high;
}

/* What is quantised before ReLU and Clip, if it is not needed elsewhere. Bounds of bounds are those of both, the last first. */
static value *without_activations(value *v, target_type *t) {
    double low, high;
    while (v->producer && !v->producer->epilogue && bounds_of(v->producer, &low, &high)) {
        int64_t least = quantized_bound(t, low), most = quantized_bound(t, high);
        if (value_use_count(v) != 1 || least > most) break;
        t->low = least, t->high = most;
        v = v->producer->inputs[0];
    }
    return v;
}

/* ---- the terms of what is quantised, in units of the new scale ---- */

/* What they are is what ONNX Runtime's integer kernels compute (MLAS: qladd.cpp, qlmul.cpp, qlgavgpool.cpp, quantize.cpp), rounding for
 * rounding: the next layers make much of a step. */

/* Sums of products: their scales are divided. */
static value *sums_term(graph *g, node *before, const value *v, target_type *to) {
    const node *p = v->producer, *cast = p && p->op == OP_mul ? p->inputs[0]->producer : NULL;
    if (!cast || cast->op != OP_cast || !cast->inputs[0]->producer || cast->inputs[0]->producer->op != OP_conv_integer) return NULL;
    const value *by = p->inputs[1];
    if (value_use_count(v) != 1 || !by->constant) return NULL;
    int64_t n = type_count(&by->type), dims[IR_MAX_RANK];
    float *divided = ARENA_ARRAY(g->arena, float, n);
    for (int64_t i = 0; i < n; i++) divided[i] = (float)(constant_float(by->constant, i) / to->scale);
    for (int i = 0; i < by->type.rank; i++) dims[i] = type_size(&by->type, i);
    value *c = new_constant(g, by->name, by->type.rank, dims, divided, by->constant->origin);
    return new_result(g, before, OP_mul, 2, (value *[]){p->inputs[0], c});
}

/* What v dequantises, less its zero point; NULL: it dequantises nothing. */
static value *centered(graph *g, node *before, const value *v, affine *a) {
    value *bytes = dequantized(v, a), *x = bytes ? new_cast(g, before, bytes, DT_F32) : NULL;
    return x && a->zero ? new_result(g, before, OP_sub, 2, (value *[]){x, new_scalar(g, (double)a->zero)}) : x;
}

/* Bytes of another scale: they are dequantised first, and then divided. */
static value *bytes_term(graph *g, node *before, const value *v, target_type *to) {
    affine a;
    value *x = centered(g, before, v, &a);
    if (x) x = new_result(g, before, OP_mul, 2, (value *[]){x, new_scalar(g, a.scale)});
    return x ? new_result(g, before, OP_div, 2, (value *[]){x, new_scalar(g, to->scale)}) : NULL;
}

/* a * ra + (b * rb + fixed), of bytes, each product and sum rounded together; the zero points are in `fixed`. */
static value *sum_of_terms(graph *g, node *before, const value *v, target_type *to) {
    const node *p = v->producer;
    affine a, b;
    if (!p || p->op != OP_add || p->epilogue || value_use_count(v) != 1 || !type_equal(&p->inputs[0]->type, &p->inputs[1]->type)) return NULL;
    value *x = dequantized(p->inputs[0], &a), *y = x ? dequantized(p->inputs[1], &b) : NULL;
    if (!y) return NULL;
    double ra = (float)(a.scale / to->scale), rb = (float)(b.scale / to->scale);
    double fixed = (double)to->zero - (double)(float)(ra * (double)a.zero + (double)(float)(rb * (double)b.zero));
    value *xf = new_cast(g, before, x, DT_F32), *yf = xf ? new_cast(g, before, y, DT_F32) : NULL;
    value *sum = yf ? new_result(g, before, OP_fma, 3, (value *[]){yf, new_scalar(g, rb), new_scalar(g, fixed)}) : NULL;
    if (!sum) return NULL;
    to->zero = 0;
    return new_result(g, before, OP_fma, 3, (value *[]){xf, new_scalar(g, ra), sum});
}

/* Products of bytes are exact; they have the zero point added before they are rounded. */
static value *product_of_terms(graph *g, node *before, const value *v, target_type *to) {
    const node *p = v->producer;
    affine a, b;
    if (!p || p->op != OP_mul || p->epilogue || value_use_count(v) != 1 || !dequantized(p->inputs[0], &a) || !dequantized(p->inputs[1], &b)) return NULL;
    value *x = centered(g, before, p->inputs[0], &a), *y = x ? centered(g, before, p->inputs[1], &b) : NULL;
    value *product = y ? new_result(g, before, OP_mul, 2, (value *[]){x, y}) : NULL;
    if (product) product = new_result(g, before, OP_mul, 2, (value *[]){product, new_scalar(g, (double)((float)(a.scale * b.scale) / (float)to->scale))});
    if (product && to->zero) product = new_result(g, before, OP_add, 2, (value *[]){product, new_scalar(g, (double)to->zero)});
    to->zero = 0;
    return product;
}

/* The sum over a whole plane, of bytes less their zero point, is back when its average is multiplied by the size and rounded. */
static value *average_term(graph *g, node *before, const value *v, target_type *to) {
    node *p = v->producer;
    affine a;
    if (!p || p->op != OP_global_average_pool || p->epilogue || p->prologue || value_use_count(v) != 1) return NULL;
    value *bytes = dequantized(p->inputs[0], &a);
    if (!bytes) return NULL;
    const value_type *t = &bytes->type;
    bool sums = t->rank == 4 && type_is_static(t);
    double n = sums ? (double)(type_size(t, 2) * type_size(t, 3)) : 1;
    node *pool = node_new(p->parent, before, p->op, p->name, 1, &bytes, 1);
    value *x = infer_node(pool, g->diags) ? pool->outputs[0] : NULL;
    if (x && sums) x = new_result(g, before, OP_mul, 2, (value *[]){x, new_scalar(g, n)});
    if (x && sums) x = new_result(g, before, OP_round, 1, &x);
    if (x && a.zero) x = new_result(g, before, OP_sub, 2, (value *[]){x, new_scalar(g, (double)a.zero * n)});
    return x ? new_result(g, before, OP_mul, 2, (value *[]){x, new_scalar(g, a.scale / (double)(float)(to->scale * n))}) : NULL;
}

/* Averages of windows are of float32, and have the zero point added before they are rounded: many lie in the middle of two bytes,
 * where the rounding of sums decides. */
static value *window_term(graph *g, node *before, const value *v, target_type *to) {
    const node *p = v->producer;
    affine a;
    if (!p || p->op != OP_average_pool || p->epilogue || p->prologue || !dequantized(p->inputs[0], &a)) return NULL;
    value *x = new_result(g, before, OP_div, 2, (value *[]){p->outputs[0], new_scalar(g, to->scale)});
    if (x && to->zero) x = new_result(g, before, OP_add, 2, (value *[]){x, new_scalar(g, (double)to->zero)});
    to->zero = 0;
    return x;
}

/* v / scale, where its own scales can be divided; NULL where not. Where that contains the zero point, to->zero becomes 0. */
static value *in_units(graph *g, node *before, const value *v, target_type *to) {
    value *(*const ways[])(graph *, node *, const value *, target_type *) = {sums_term, bytes_term, sum_of_terms, product_of_terms, average_term, window_term};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        value *y = ways[i](g, before, v, to);
        if (y) return y;
    }
    return NULL;
}

/* ---- the nodes ---- */

static bool lower_quantize(graph *g, node *q) {
    if (!type_is_static(&q->outputs[0]->type)) return node_error(g->diags, q, "fix the open dimension: --dim NAME=SIZE", "is of open size, and its network computes in 8 bits");
    if (!quantizes_as_a_whole(q)) return node_error(g->diags, q, "quantise activations as a whole", "has several scales");
    affine a = affine_of(q);
    dtype elem = q->outputs[0]->type.elem;
    target_type t = {elem, a.scale, a.zero, elem == DT_I8 ? INT8_MIN : 0, elem == DT_I8 ? INT8_MAX : UINT8_MAX};
    target_type bounded = t;
    value *v = without_activations(q->inputs[0], &bounded), *units = in_units(g, q, v, &bounded);
    if (units) t = bounded;
    else units = new_result(g, q, OP_div, 2, (value *[]){q->inputs[0], new_scalar(g, a.scale)});
    if (!units) return false;
    node *s = node_new(q->parent, q, OP_saturate, q->name, 1, &units, 1);
    node_set_int(s, "to", dtype_of(elem)->onnx);
    node_set_int(s, "low", t.low);
    node_set_int(s, "high", t.high);
    node_set_int(s, "zero", t.zero);
    s->outputs[0]->name = q->outputs[0]->name;
    if (!infer_node(s, g->diags)) return false;
    value_replace_uses(q->outputs[0], s->outputs[0]);
    node_remove(q);
    return true;
}

static bool fold(graph *g, node *n) {
    tensor given[3], out;
    const tensor *in[3];
    for (int i = 0; i < 3; i++) given[i] = (tensor){.type = n->inputs[i]->type, .data = (void *)n->inputs[i]->constant->data}, in[i] = &given[i];
    if (!eval_node(n, in, &out, g->arena, g->diags)) return false;
    value_replace_uses(n->outputs[0], value_constant(g, n->outputs[0]->name, out.type, out.data, arena_printf(g->arena, "%s | dequantised", n->name)));
    node_remove(n);
    return true;
}

/* A parameter that broadcasts along the axis. */
static value *spread(graph *g, const node *n, const value *parameter, const float *data) {
    int64_t dims[IR_MAX_RANK], count = type_count(&parameter->type);
    int rank = count == 1 ? 0 : n->inputs[0]->type.rank, axis = (int)node_int(n, "axis");
    if (axis < 0) axis += rank;
    for (int i = 0; i < rank; i++) dims[i] = i == axis ? count : 1;
    return new_constant(g, parameter->name, rank, dims, data, parameter->constant->origin);
}

static bool lower_dequantize(graph *g, node *n) {
    const value *scale = n->inputs[1], *zero = n->inputs[2];
    if (n->inputs[0]->constant && scale->constant && zero->constant) return fold(g, n);
    if (!scale->constant || !zero->constant || scale->type.elem != DT_F32) return node_error(g->diags, n, NULL, "has parameters that are no constants");
    int64_t count = type_count(&zero->type);
    float *zeros = ARENA_ARRAY(g->arena, float, count);
    bool any = false;
    for (int64_t i = 0; i < count; i++) zeros[i] = (float)constant_int(zero->constant, i), any |= zeros[i] != 0;
    value *y = new_cast(g, n, n->inputs[0], DT_F32);
    if (y && any) y = new_result(g, n, OP_sub, 2, (value *[]){y, spread(g, n, zero, zeros)});
    if (y) y = new_result(g, n, OP_mul, 2, (value *[]){y, spread(g, n, scale, scale->constant->data)});
    if (!y) return false;
    y->name = n->outputs[0]->name;
    value_replace_uses(n->outputs[0], y);
    node_remove(n);
    return true;
}

static bool lower_quantizes(graph *g, node *n, void *context) {
    (void)context;
    return n->op != OP_quantize_linear || lower_quantize(g, n);
}

static bool lower_dequantizes(graph *g, node *n, void *context) {
    (void)context;
    return n->op != OP_dequantize_linear || lower_dequantize(g, n);
}

bool pass_lower_quantize(graph *g, const pass_options *o) {
    return for_each_node(g, lower_quantizes, NULL) && pass_remove_dead(g, o) && for_each_node(g, lower_dequantizes, NULL);
}
