#include "ir/shape/shape.h"

static bool infer_region(region *r, diagnostics *d) {
    for (node *n = r->first; n; n = n->next)
        if (!infer_node(n, d)) return false;
    return true;
}

/* Where the branches agree on a dimension it is that one, else it depends on the condition. */
bool shape_if(node *n, diagnostics *d) {
    if (n->n_regions != 2) return node_error(d, n, NULL, "has no two branches");
    const value_type *condition = input_type(n, 0, 0, IR_MAX_RANK, d);
    if (!condition) return false;
    if (condition->elem != DT_BOOL || (type_is_static(condition) && type_count(condition) != 1))
        return node_error(d, n, NULL, "its condition is no single bool");
    for (int i = 0; i < 2; i++) {
        if (!infer_region(n->regions[i], d)) return false;
        if (n->regions[i]->n_outputs < n->n_outputs) return node_error(d, n, NULL, "a branch returns %d values, %d are wanted", n->regions[i]->n_outputs, n->n_outputs);
    }
    for (int i = 0; i < n->n_outputs; i++) {
        if (!n->outputs[i]) continue;
        const value_type *x = &n->regions[0]->outputs[i]->type, *y = &n->regions[1]->outputs[i]->type;
        n->outputs[i]->type = *x;
        if (x->kind != TYPE_TENSOR || y->kind != TYPE_TENSOR || type_equal(x, y)) continue;
        if (x->elem != y->elem) return node_error(d, n, NULL, "its branches return different element types");
        dim dims[IR_MAX_RANK];
        bool same_rank = x->rank == y->rank && x->rank >= 0;
        for (int k = 0; same_rank && k < x->rank; k++) dims[k] = dim_equal(x->dims[k], y->dims[k]) ? x->dims[k] : dim_unknown(node_arena(n));
        set_output(n, i, x->elem, same_rank ? x->rank : -1, dims);
    }
    return true;
}
