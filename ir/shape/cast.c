#include "ir/shape/shape.h"

bool shape_cast(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 0, IR_MAX_RANK, d);
    if (!t) return false;
    dtype to = dtype_from_onnx(node_int(n, "to"));
    if (to == DT_NONE) return node_error(d, n, NULL, "element type %lld is not known", (long long)node_int(n, "to"));
    set_output(n, 0, to, t->rank, t->dims);
    return true;
}

bool shape_cast_like(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 0, IR_MAX_RANK, d);
    if (!t) return false;
    set_output(n, 0, n->inputs[1]->type.elem, t->rank, t->dims);
    return true;
}
