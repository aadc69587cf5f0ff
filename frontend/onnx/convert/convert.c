#include "frontend/onnx/convert/convert.h"

#include <string.h>

/* One row says: up to opset `last`, operator `op` is spelled so; `convert` respells it. */
typedef struct conversion {
    op_code op;
    int64_t last;
    bool (*convert)(node *n, const struct conversion *c, diagnostics *d);
    const char *attribute; /* for those that move one */
    int input;
} conversion;

static graph *graph_of(const node *n) { return n->parent->graph; }

static void set_input(node *n, int index, value *v) {
    while (n->n_inputs <= index) node_add_input(n, NULL);
    node_set_input(n, index, v);
    if (n->n_core_inputs <= index) n->n_core_inputs = index + 1;
}

static void drop_attr(node *n, const char *name) {
    for (int i = 0; i < n->n_attrs; i++)
        if (!strcmp(n->attrs[i].name, name)) n->attrs[i--] = n->attrs[--n->n_attrs];
}

static value *ints_value(node *n, const char *name, int count, const int64_t *ints) {
    int64_t size = count;
    arena *a = graph_of(n)->arena;
    return value_constant(graph_of(n), name, type_tensor(a, DT_I64, 1, &size), arena_copy(a, ints, sizeof *ints * (size_t)count), n->name);
}

static value *float_value(node *n, const char *name, double x) {
    arena *a = graph_of(n)->arena;
    float f = (float)x;
    return value_constant(graph_of(n), name, type_tensor(a, DT_F32, 0, NULL), arena_copy(a, &f, sizeof f), n->name);
}

/* A list attribute becomes an input of int64. */
static bool ints_to_input(node *n, const conversion *c, diagnostics *d) {
    (void)d;
    const attr *a = node_attr(n, c->attribute);
    if (!a) return true;
    int64_t single = a->i;
    set_input(n, c->input, a->kind == ATTR_INT ? ints_value(n, c->attribute, 1, &single) : ints_value(n, c->attribute, a->n, a->ints));
    drop_attr(n, c->attribute);
    return true;
}

static bool float_to_input(node *n, const conversion *c, diagnostics *d) {
    (void)d;
    const attr *a = node_attr(n, c->attribute);
    if (!a) return true;
    set_input(n, c->input, float_value(n, c->attribute, a->f));
    drop_attr(n, c->attribute);
    return true;
}

static bool drop(node *n, const conversion *c, diagnostics *d) {
    (void)d;
    drop_attr(n, c->attribute);
    return true;
}

/* Before opset 13 softmax and its kin work on the matrix that flattening at `axis` (default 1) makes. */
static bool flatten_softmax(node *n, const conversion *c, diagnostics *d) {
    (void)c, (void)d;
    int64_t axis = node_has(n, "axis") ? node_int(n, "axis") : 1;
    const value_type *t = &n->inputs[0]->type;
    if (t->kind == TYPE_TENSOR && t->rank >= 0 && (axis == t->rank - 1 || axis == -1)) {
        node_set_int(n, "axis", -1);
        return true;
    }
    node *shape = node_new(n->parent, n, OP_shape, n->name, 1, n->inputs, 1);
    node *flat = node_new(n->parent, n, OP_flatten, n->name, 1, n->inputs, 1);
    node_set_int(flat, "axis", axis);
    node_set_input(n, 0, flat->outputs[0]);
    node_set_int(n, "axis", 1);
    node *back = node_new(n->parent, n->next, OP_reshape, n->name, 2, (value *[]){n->outputs[0], shape->outputs[0]}, 1);
    value *result = n->outputs[0], *matrix = back->outputs[0]; /* the model's value is now what the reshape returns */
    n->outputs[0] = matrix, back->outputs[0] = result;
    matrix->producer = n, result->producer = back;
    node_set_input(back, 0, matrix);
    return true;
}

static const conversion conversions[] = {
    {OP_squeeze, 12, ints_to_input, "axes", 1},
    {OP_unsqueeze, 12, ints_to_input, "axes", 1},
    {OP_reduce_sum, 12, ints_to_input, "axes", 1},
    {OP_reduce_mean, 17, ints_to_input, "axes", 1},
    {OP_reduce_max, 17, ints_to_input, "axes", 1},
    {OP_reduce_min, 17, ints_to_input, "axes", 1},
    {OP_reduce_prod, 17, ints_to_input, "axes", 1},
    {OP_reduce_l1, 17, ints_to_input, "axes", 1},
    {OP_reduce_l2, 17, ints_to_input, "axes", 1},
    {OP_reduce_sum_square, 17, ints_to_input, "axes", 1},
    {OP_reduce_log_sum, 17, ints_to_input, "axes", 1},
    {OP_reduce_log_sum_exp, 17, ints_to_input, "axes", 1},
    {OP_slice, 9, ints_to_input, "starts", 1},
    {OP_slice, 9, ints_to_input, "ends", 2},
    {OP_slice, 9, ints_to_input, "axes", 3},
    {OP_pad, 10, ints_to_input, "pads", 1},
    {OP_pad, 10, float_to_input, "value", 2},
    {OP_split, 12, ints_to_input, "split", 1},
    {OP_top_k, 9, ints_to_input, "k", 1},
    {OP_clip, 10, float_to_input, "min", 1},
    {OP_clip, 10, float_to_input, "max", 2},
    {OP_dropout, 11, drop, "ratio", 0},
    {OP_batch_normalization, 8, drop, "spatial", 0},
    {OP_softmax, 12, flatten_softmax, NULL, 0},
    {OP_log_softmax, 12, flatten_softmax, NULL, 0},
    {OP_hardmax, 12, flatten_softmax, NULL, 0},
};

bool convert_node(node *n, int64_t opset, diagnostics *d) {
    for (size_t i = 0; i < sizeof conversions / sizeof *conversions; i++)
        if (conversions[i].op == n->op && opset <= conversions[i].last && !conversions[i].convert(n, &conversions[i], d)) return false;
    return true;
}
