/* A fully connected layer on one vector is a 1x1 convolution on one pixel: [1,K] x [K,N] becomes conv of [1,K,1,1] with
 * [N,K,1,1], and shares the convolution's kernels, packing and epilogues. What matters there is the order in which
 * weights stream from memory, and that is the packed convolution's own. */
#include "passes/rewrite.h"

#include <string.h>

static bool is_dense(const node *n) {
    if (n->op != OP_gemm || node_float(n, "alpha") != 1 || node_float(n, "beta") != 1 || node_int(n, "transA")) return false;
    const value *x = n->inputs[0], *w = n->inputs[1], *bias = n->n_core_inputs > 2 ? n->inputs[2] : NULL;
    if (x->type.elem != DT_F32 || x->constant || type_size(&x->type, 0) != 1 || type_size(&x->type, 1) < 1 || !w->constant) return false;
    if (type_size(&n->outputs[0]->type, 1) < 1) return false;
    if (bias && (!bias->constant || type_count(&bias->type) != type_size(&n->outputs[0]->type, 1))) return false;
    return n->n_inputs == n->n_core_inputs && !n->prologue;
}

static value *transposed(graph *g, const value *w) {
    int64_t rows = type_size(&w->type, 0), cols = type_size(&w->type, 1), dims[4] = {cols, rows, 1, 1};
    const float *from = w->constant->data;
    float *to = ARENA_ARRAY(g->arena, float, rows * cols);
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < cols; c++) to[c * rows + r] = from[r * cols + c];
    return new_constant(g, w->name, 4, dims, to, arena_printf(g->arena, "%s | transposed", w->constant->origin));
}

static value *reshaped(graph *g, node *before, value *v, int rank, const int64_t *dims, const char *name) {
    value_type want = type_tensor(g->arena, v->type.elem, rank, dims);
    const node *p = v->producer;
    if (p && p->op == OP_reshape && !p->epilogue && type_equal(&p->inputs[0]->type, &want)) return p->inputs[0];
    int64_t n = rank;
    value *shape = value_constant(g, "shape", type_tensor(g->arena, DT_I64, 1, &n), arena_copy(g->arena, dims, sizeof *dims * (size_t)rank), "cnnc: shape");
    node *r = node_new(before->parent, before, OP_reshape, name, 2, (value *[]){v, shape}, 1);
    r->outputs[0]->type = want;
    return r->outputs[0];
}

static bool lower_one(graph *g, node *n, void *context) {
    (void)context;
    if (!is_dense(n)) return true;
    value *w = n->inputs[1], *y = n->outputs[0];
    int64_t ins = type_size(&n->inputs[0]->type, 1), outs = type_size(&y->type, 1);
    int64_t pixel[4] = {1, ins, 1, 1}, kernel[4] = {outs, ins, 1, 1}, flat[2] = {1, outs};
    value *weights = node_int(n, "transB") ? new_constant(g, w->name, 4, kernel, w->constant->data, w->constant->origin) : transposed(g, w);
    value *x = reshaped(g, n, n->inputs[0], 4, pixel, n->name);
    value *bias = n->n_core_inputs > 2 ? n->inputs[2] : NULL;
    if (bias && bias->type.rank != 1) bias = new_constant(g, bias->name, 1, &outs, bias->constant->data, bias->constant->origin);
    node *c = node_new(n->parent, n, OP_conv, n->name, bias ? 3 : 2, (value *[]){x, weights, bias}, 1);
    if (!infer_node(c, g->diags)) return false;
    c->epilogue = n->epilogue;
    value *result = reshaped(g, n, c->outputs[0], 2, flat, n->name);
    result->name = y->name;
    value_replace_uses(y, result);
    node_remove(n);
    return true;
}

bool pass_lower_dense(graph *g, const pass_options *o) { return !o->conv_layouts || o->dense_rows || for_each_node(g, lower_one, NULL); }
