#include "passes/quantized.h"

bool quantizes_as_a_whole(const node *n) {
    const value *scale = n->inputs[1], *zero = n->inputs[2];
    if (n->epilogue || n->prologue || !scale->constant || scale->type.elem != DT_F32 || !zero->constant) return false;
    return type_count(&scale->type) == 1 && type_count(&zero->type) == 1 && type_is_static(&n->outputs[0]->type) && constant_float(scale->constant, 0) > 0;
}

affine affine_of(const node *n) { return (affine){constant_float(n->inputs[1]->constant, 0), constant_int(n->inputs[2]->constant, 0)}; }

value *dequantized(const value *v, affine *a) {
    const node *p = v ? v->producer : NULL;
    if (!p || p->op != OP_dequantize_linear || p->inputs[0]->type.elem == DT_I32 || !quantizes_as_a_whole(p)) return NULL;
    *a = affine_of(p);
    return p->inputs[0];
}

value *new_result(graph *g, node *before, op_code op, int n_inputs, value *const *inputs) {
    node *n = node_new(before->parent, before, op, before->name, n_inputs, inputs, 1);
    return infer_node(n, g->diags) ? n->outputs[0] : NULL;
}

value *new_cast(graph *g, node *before, value *v, dtype to) {
    node *c = node_new(before->parent, before, OP_cast, before->name, 1, &v, 1);
    node_set_int(c, "to", dtype_of(to)->onnx);
    return infer_node(c, g->diags) ? c->outputs[0] : NULL;
}

value *new_scalar(graph *g, double x) {
    const float number = (float)x;
    return new_constant(g, "scale", 0, NULL, arena_copy(g->arena, &number, sizeof number), "cnnc: scale");
}
