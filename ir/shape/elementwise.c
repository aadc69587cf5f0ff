#include "ir/shape/shape.h"

#include <string.h>

bool shape_same(node *n, diagnostics *d) {
    const value_type *t = &n->inputs[0]->type;
    if (t->kind != TYPE_TENSOR) return node_error(d, n, NULL, "input 0 is no tensor");
    set_output(n, 0, t->elem, t->rank, t->dims);
    return true;
}

/* Identity also passes on sequences, optionals and maps. */
bool shape_identity(node *n, diagnostics *d) {
    if (n->inputs[0]->type.kind == TYPE_TENSOR) return shape_same(n, d);
    if (n->outputs[0]) n->outputs[0]->type = n->inputs[0]->type;
    return true;
}

/* Output 0 has the first inputs broadcast together. */
static bool broadcast_first(node *n, int n_inputs, dtype elem, diagnostics *d) {
    arena *a = node_arena(n);
    const value_type **types = ARENA_ARRAY(a, const value_type *, n_inputs);
    dim dims[IR_MAX_RANK];
    int rank = -1, count = 0;
    bool ranked = true;
    for (int i = 0; i < n_inputs; i++) {
        if (!n->inputs[i]) continue;
        if (n->inputs[i]->type.kind != TYPE_TENSOR) return node_error(d, n, NULL, "input %d is no tensor", i);
        types[count++] = &n->inputs[i]->type;
        ranked = ranked && n->inputs[i]->type.rank >= 0;
    }
    if (ranked && !broadcast_dims(a, count, types, &rank, dims))
        return node_error(d, n, NULL, "the shapes of its inputs cannot be broadcast together");
    set_output(n, 0, elem, rank, dims);
    return true;
}

static bool broadcast_to(node *n, dtype elem, diagnostics *d) { return broadcast_first(n, n->n_core_inputs, elem, d); }

bool shape_broadcast(node *n, diagnostics *d) { return same_elements(n, d) && broadcast_to(n, n->inputs[0]->type.elem, d); }

/* Comparisons and logic. */
bool shape_compare(node *n, diagnostics *d) { return same_elements(n, d) && broadcast_to(n, DT_BOOL, d); }

/* The exponent may be of any type. */
bool shape_pow(node *n, diagnostics *d) { return broadcast_to(n, n->inputs[0]->type.elem, d); }

bool shape_where(node *n, diagnostics *d) {
    const value_type *x = &n->inputs[1]->type, *y = &n->inputs[2]->type;
    if (n->inputs[0]->type.elem != DT_BOOL) return node_error(d, n, NULL, "its condition is not of type bool");
    if (x->elem != y->elem)
        return node_error(d, n, "insert a Cast", "chooses between %s and %s", dtype_of(x->elem)->name,
                          dtype_of(y->elem)->name);
    return broadcast_to(n, x->elem, d);
}

bool shape_clip(node *n, diagnostics *d) { return same_elements(n, d) && shape_same(n, d); }

/* A string attribute with two values: emitted code names functions after it. */
static bool one_of(const node *n, const char *name, const char *x, const char *y, diagnostics *d) {
    const char *s = node_string(n, name);
    return !strcmp(s, x) || !strcmp(s, y) || node_error(d, n, NULL, "attribute '%s' is '%.40s', not %s or %s", name, s, x, y);
}

bool shape_bit_shift(node *n, diagnostics *d) { return one_of(n, "direction", "LEFT", "RIGHT", d) && shape_broadcast(n, d); }

bool shape_gelu(node *n, diagnostics *d) { return one_of(n, "approximate", "none", "tanh", d) && shape_same(n, d); }

bool shape_predicate(node *n, diagnostics *d) {
    const value_type *t = &n->inputs[0]->type;
    if (t->kind != TYPE_TENSOR) return node_error(d, n, NULL, "input 0 is no tensor");
    set_output(n, 0, DT_BOOL, t->rank, t->dims);
    return true;
}

static bool reads_acc(const expr *e) {
    for (int i = 0; e->kind == EXPR_OP && i < e->n_args; i++)
        if (e->args[i] && reads_acc(e->args[i])) return true;
    return e->kind == EXPR_ACC;
}

bool shape_fused(node *n, diagnostics *d) {
    if (!n->epilogue) return node_error(d, n, NULL, "has no expression");
    if (reads_acc(n->epilogue)) return node_error(d, n, NULL, "has no result of a kernel's that its expression could read");
    return broadcast_first(n, n->n_inputs, n->epilogue->dtype, d);
}
