#include "ir/shape/shape.h"

/* Nobody but the model knows, or a text that was printed after it had said so. */
bool shape_custom(node *n, diagnostics *d) {
    for (int i = 0; i < n->n_outputs; i++) {
        const value *v = n->outputs[i];
        if (!v) continue;
        const value_type *t = v->declared ? v->declared : &v->type;
        if (t->kind != TYPE_TENSOR || t->rank < 0)
            return node_error(d, n, "add its shape and element type to the graph's value_info (onnx.helper.make_tensor_value_info)",
                              "output %d, '%.80s', is of a custom operator, and the model does not say of what type", i, v->name);
        set_output(n, i, t->elem, t->rank, t->dims);
    }
    return true;
}
