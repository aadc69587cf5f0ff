/* A convolution, or a product with a matrix of weights, whose operands are dequantised computes with the integers instead:
 * sums of products in 32 bits, which one multiplication by the product of the scales makes real. The bias is added to the
 * sums, in units of that product. Unsigned activations serve all: signed ones between layers become unsigned first. */
#include "passes/quantized.h"

#include <math.h>
#include <string.h>

/* ---- signed activations between Q and DQ: 128 more is the same number unsigned ---- */

static bool only_dequantized(const value *v) {
    for (const use *u = v->uses; u; u = u->next)
        if (!u->node || u->node->op != OP_dequantize_linear || u->index != 0 || !quantizes_as_a_whole(u->node)) return false;
    return v->uses != NULL;
}

static value *unsigned_zero(graph *g, const value *zero) {
    const uint8_t more = (uint8_t)(constant_int(zero->constant, 0) + 128);
    value_type t = zero->type;
    t.elem = DT_U8;
    return value_constant(g, zero->name, t, arena_copy(g->arena, &more, sizeof more), arena_printf(g->arena, "%s | unsigned", zero->constant->origin));
}

static bool make_unsigned(graph *g, node *n, void *context) {
    (void)context;
    if (n->op != OP_quantize_linear || n->outputs[0]->type.elem != DT_I8 || !quantizes_as_a_whole(n) || !only_dequantized(n->outputs[0])) return true;
    node_set_input(n, 2, unsigned_zero(g, n->inputs[2]));
    if (!infer_node(n, g->diags)) return false;
    for (const use *u = n->outputs[0]->uses; u; u = u->next) node_set_input(u->node, 2, unsigned_zero(g, u->node->inputs[2]));
    return true;
}

/* ---- what is quantised of a layer ---- */

typedef struct layer {
    node *node;
    value *x;
    affine x_affine;
    const node *weights;  /* dequantises them */
    int64_t outs, ins;    /* ins: weights of one output */
    int out_axis;         /* of the weights */
    const value *bias;    /* constant, f32; or what dequantises it, or NULL */
    const int8_t *w;      /* less their zero points, as conv has them: [outs][ins] */
    const int32_t *b;
    const double *scale;  /* of the sums of each output */
} layer;

static bool is_plain_gemm(const node *n) {
    if (n->op == OP_gemm && (node_float(n, "alpha") != 1 || node_float(n, "beta") != 1 || node_int(n, "transA"))) return false;
    return n->inputs[0]->type.rank == 2 && n->inputs[1]->type.rank == 2 && type_is_static(&n->inputs[0]->type);
}

static bool is_layer(const node *n) {
    if (n->epilogue || n->prologue || n->n_inputs != n->n_core_inputs) return false;
    return n->op == OP_conv || ((n->op == OP_gemm || n->op == OP_matmul) && is_plain_gemm(n));
}

/* The parameter that belongs to output o. */
static int64_t at_output(const value *parameter, int64_t o) { return type_count(&parameter->type) == 1 ? 0 : o; }

static bool find_weights(layer *l) {
    const value *v = l->node->inputs[1];
    const node *d = l->weights = v->producer;
    if (!d || d->op != OP_dequantize_linear || !d->inputs[0]->constant || d->epilogue || v->type.elem != DT_F32) return false;
    if (d->inputs[0]->type.elem == DT_I32 || !d->inputs[1]->constant || !d->inputs[2]->constant) return false;
    bool rows = l->node->op == OP_conv || (l->node->op == OP_gemm && node_int(l->node, "transB"));
    l->out_axis = rows ? 0 : 1;
    l->outs = type_size(&v->type, l->out_axis);
    l->ins = l->outs > 0 ? type_count(&v->type) / l->outs : 0;
    int64_t axis = node_int(d, "axis");
    if (axis < 0) axis += v->type.rank;
    bool whole = type_count(&d->inputs[1]->type) == 1 && type_count(&d->inputs[2]->type) == 1;
    return l->ins > 0 && (whole || axis == l->out_axis);
}

/* False where a weight less its zero point is no signed byte. */
static bool center_weights(layer *l, arena *a) {
    const constant *from = l->weights->inputs[0]->constant;
    int8_t *to = ARENA_ARRAY(a, int8_t, l->outs * l->ins);
    for (int64_t o = 0; o < l->outs; o++) {
        int64_t zero = constant_int(l->weights->inputs[2]->constant, at_output(l->weights->inputs[2], o));
        for (int64_t i = 0; i < l->ins; i++) {
            int64_t w = constant_int(from, l->out_axis ? i * l->outs + o : o * l->ins + i) - zero;
            if (w < INT8_MIN || w > INT8_MAX) return false;
            to[o * l->ins + i] = (int8_t)w;
        }
    }
    l->w = to;
    return true;
}

static double bias_at(const value *bias, int64_t o) {
    if (bias->constant) return constant_float(bias->constant, at_output(bias, o));
    const node *d = bias->producer;
    return constant_float(d->inputs[0]->constant, at_output(bias, o)) * constant_float(d->inputs[1]->constant, at_output(d->inputs[1], o));
}

/* A constant, or 32-bit integers dequantised, of one number for all outputs or one for each. */
static bool find_bias(layer *l) {
    const value *v = l->bias = node_input(l->node, 2);
    if (!v) return true;
    if (type_count(&v->type) != 1 && (type_count(&v->type) != l->outs || type_size(&v->type, -1) != l->outs)) return false;
    const node *d = v->producer;
    bool integer = d && d->op == OP_dequantize_linear && d->inputs[0]->type.elem == DT_I32 && d->inputs[0]->constant && d->inputs[1]->constant;
    return v->constant || integer;
}

/* In units of the sums. False where it is far out of their range. */
static bool scale_bias(layer *l, arena *a) {
    int32_t *b = ARENA_ARRAY(a, int32_t, l->outs);
    double *scale = ARENA_ARRAY(a, double, l->outs);
    const value *ws = l->weights->inputs[1];
    for (int64_t o = 0; o < l->outs; o++) {
        scale[o] = l->x_affine.scale * constant_float(ws->constant, at_output(ws, o));
        double units = l->bias ? rint(bias_at(l->bias, o) / scale[o]) : 0;
        if (!(scale[o] > 0) || !(fabs(units) < 0x1p30)) return false;
        b[o] = (int32_t)units;
    }
    l->b = b;
    l->scale = scale;
    return true;
}

static bool describe(layer *l, node *n, arena *a) {
    *l = (layer){.node = n};
    if (!is_layer(n) || !type_is_static(&n->outputs[0]->type) || !(l->x = dequantized(n->inputs[0], &l->x_affine))) return false;
    if (l->x->constant) return false; /* a state that is zero at first, say: constants are folded, integers or not */
    return find_weights(l) && find_bias(l) && center_weights(l, a) && scale_bias(l, a);
}

/* ---- in its place ---- */

static value *reshaped(graph *g, node *before, value *v, int rank, const int64_t *dims) {
    int64_t n = rank;
    value *shape = value_constant(g, "shape", type_tensor(g->arena, DT_I64, 1, &n), arena_copy(g->arena, dims, sizeof *dims * (size_t)rank), "cnnc: shape");
    return new_result(g, before, OP_reshape, 2, (value *[]){v, shape});
}

/* Products are convolutions of one pixel. */
static value *integer_sums(graph *g, const layer *l) {
    node *n = l->node;
    const value *w = l->weights->inputs[0];
    bool conv = n->op == OP_conv;
    int64_t rows = type_size(&n->outputs[0]->type, 0), pixel[4] = {rows, l->ins, 1, 1}, dims[4] = {l->outs, l->ins, 1, 1};
    value_type t = type_tensor(g->arena, DT_I8, 4, dims);
    if (conv) t = w->type, t.elem = DT_I8;
    const char *origin = arena_printf(g->arena, "%s | less zero point", w->constant->origin);
    value *weights = value_constant(g, w->name, t, l->w, origin);
    value *bias = value_constant(g, "bias", type_tensor(g->arena, DT_I32, 1, &l->outs), l->b, arena_printf(g->arena, "%s: bias", n->name));
    value *x = conv ? l->x : reshaped(g, n, l->x, 4, pixel);
    if (!x) return NULL;
    node *c = node_new(n->parent, n, OP_conv_integer, n->name, l->bias ? 3 : 2, (value *[]){x, weights, bias}, 1);
    if (conv) node_copy_attrs(c, n);
    node_set_int(c, "x_zero", l->x_affine.zero);
    return infer_node(c, g->diags) ? c->outputs[0] : NULL;
}

static bool lower_layer(graph *g, node *n, void *context) {
    (void)context;
    layer l;
    if (!describe(&l, n, g->arena)) return true;
    value *sums = integer_sums(g, &l), *real = sums ? new_cast(g, n, sums, DT_F32) : NULL;
    if (!real) return false;
    float *scale = ARENA_ARRAY(g->arena, float, l.outs);
    for (int64_t o = 0; o < l.outs; o++) scale[o] = (float)l.scale[o];
    int64_t dims[IR_MAX_RANK] = {l.outs};
    int rank = sums->type.rank - 1;
    for (int i = 1; i < rank; i++) dims[i] = 1;
    value *by = new_constant(g, "scale", rank, dims, scale, arena_printf(g->arena, "%s: scale", n->name));
    value *y = new_result(g, n, OP_mul, 2, (value *[]){real, by});
    if (y && n->op != OP_conv) {
        int64_t flat[2] = {type_size(&n->outputs[0]->type, 0), l.outs};
        y = reshaped(g, n, y, 2, flat);
    }
    if (!y) return false;
    y->name = n->outputs[0]->name;
    replace_node(g, n, y);
    return true;
}

bool pass_integer_layers(graph *g, const pass_options *o) {
    (void)o;
    return for_each_node(g, make_unsigned, NULL) && for_each_node(g, lower_layer, NULL);
}
