/* Every float32 of a graph becomes a float64: the evaluator then rounds nothing to single precision. */
#include "ir/ir.h"

static void widen_type(value_type *t) {
    if (t->kind == TYPE_TENSOR && t->elem == DT_F32) t->elem = DT_F64;
}

static const constant *widen_constant(arena *a, const constant *c) {
    constant *wide = arena_copy(a, c, sizeof *c);
    int64_t count = type_count(&c->type);
    double *x = ARENA_ARRAY(a, double, count);
    for (int64_t i = 0; i < count; i++) x[i] = constant_float(c, i);
    widen_type(&wide->type);
    wide->data = x;
    return wide;
}

static void widen_value(arena *a, value *v) {
    if (v->constant && v->constant->type.elem == DT_F32) v->constant = widen_constant(a, v->constant);
    if (v->constant || !v->producer) widen_type(&v->type);
}

/* Attributes that hold tensors, or name the type of a result. */
static void widen_attrs(arena *a, node *n) {
    for (int i = 0; i < n->n_attrs; i++) {
        attr *at = &n->attrs[i];
        if (at->kind == ATTR_TENSOR && at->tensor && at->tensor->type.elem == DT_F32) at->tensor = widen_constant(a, at->tensor);
    }
    if (n->op == OP_cast && node_int(n, "to") == dtype_of(DT_F32)->onnx) node_set_int(n, "to", dtype_of(DT_F64)->onnx);
}

static bool widen_region(graph *g, region *r) {
    for (int i = 0; i < r->n_inputs; i++) widen_value(g->arena, r->inputs[i]);
    for (node *n = r->first; n; n = n->next) {
        for (int i = 0; i < n->n_inputs; i++)
            if (n->inputs[i]) widen_value(g->arena, n->inputs[i]);
        widen_attrs(g->arena, n);
        for (int i = 0; i < n->n_regions; i++)
            if (!widen_region(g, n->regions[i])) return false;
        if (!infer_node(n, g->diags)) return false;
    }
    for (int i = 0; i < r->n_outputs; i++) widen_value(g->arena, r->outputs[i]);
    return true;
}

bool graph_widen(graph *g) { return widen_region(g, g->body); }
