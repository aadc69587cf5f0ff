#include "frontend/onnx/import.h"

/* Sizes that data decide. Such a tensor has room for as many as there can be, and its true size along an axis is a value of
 * its own: an i64 scalar. Nodes that leave each element where it is, or move whole axes, pass these sizes on. */

typedef struct true_size {
    const value *of;
    int axis;
    value *size;
    struct true_size *next;
} true_size;

void size_note(importer *imp, const value *v, int axis, value *size) {
    true_size *s = ARENA_NEW(imp->arena, true_size);
    *s = (true_size){v, axis, size, imp->sizes};
    imp->sizes = s;
}

value *size_of(const importer *imp, const value *v, int axis) {
    for (const true_size *s = imp->sizes; s; s = s->next)
        if (s->of == v && s->axis == axis) return s->size;
    return NULL;
}

static bool is_open(const importer *imp, const value *v) {
    for (const true_size *s = imp->sizes; s; s = s->next)
        if (s->of == v) return true;
    return false;
}

/* Axis k of the output is which axis of input i? -1: none; -2: we cannot tell. */
static int source_axis(const node *n, int i, int k) {
    const value_type *x = &n->inputs[i]->type, *y = &n->outputs[0]->type;
    int count, axis = (int)(op_attr(n->op, "axis") ? node_int(n, "axis") : 0);
    if (n->op == OP_identity || n->op == OP_cast_like || (op_of(n->op)->props & PROP_ELEMENTWISE)) {
        int from = k - (y->rank - x->rank);
        return from >= 0 && dim_equal(x->dims[from], y->dims[k]) ? from : -1;
    }
    if (n->op == OP_transpose) {
        const int64_t *perm = node_ints(n, "perm", &count);
        return count ? (int)perm[k] : x->rank - 1 - k;
    }
    if (n->op == OP_gather) {
        axis += axis < 0 ? n->inputs[0]->type.rank : 0;
        int rank = n->inputs[1]->type.rank;
        if (i == 1) return k >= axis && k < axis + rank ? k - axis : -1;
        return k < axis ? k : k < axis + rank ? -1 : k - rank + 1;
    }
    if (n->op == OP_gather_nd) {
        const value_type *at = &n->inputs[1]->type;
        int batch = (int)node_int(n, "batch_dims"), places = at->rank - 1;
        if (i == 1) return k < places ? k : -1;
        return k < batch ? k : k < places ? -1 : batch + (int)type_size(at, -1) + k - places;
    }
    if (n->op == OP_squeeze || n->op == OP_unsqueeze) { /* the axes of size 1 aside, they are the same in order */
        int real = 0, from = 0;
        for (int j = 0; j < k; j++) real += type_size(y, j) != 1;
        if (type_size(y, k) == 1) return -1;
        for (; from < x->rank; from++)
            if (type_size(x, from) != 1 && real-- == 0) return from;
    }
    return -2;
}

static bool spread_to(importer *imp, const node *n, int i) {
    for (int k = 0; k < n->outputs[0]->type.rank; k++) {
        int axis = source_axis(n, i, k);
        if (axis == -2) return false;
        value *size = axis >= 0 ? size_of(imp, n->inputs[i], axis) : NULL;
        if (size && !size_of(imp, n->outputs[0], k)) size_note(imp, n->outputs[0], k, size);
    }
    return true;
}

bool sizes_spread(importer *imp, const node *n) {
    for (int i = 0; imp->sizes && i < n->n_inputs; i++) {
        if (!n->inputs[i] || !is_open(imp, n->inputs[i]) || n->op == OP_sequence) continue;
        bool along = n->n_outputs == 1 && n->outputs[0] && n->outputs[0]->type.kind == TYPE_TENSOR && !n->n_regions && spread_to(imp, n, i);
        if (!along)
            return node_error(imp->diags, n, "only elementwise operators, Transpose, Gather, GatherND, Squeeze, Unsqueeze and Shape take such tensors so far",
                              "takes '%.80s', whose size depends on data", n->inputs[i]->name);
    }
    return true;
}

value *sizes_vector(importer *imp, region *r, const value *v, int from, int to, const char *name) {
    const dim zero = dim_number(0);
    arena *mem = imp->arena;
    value **parts = ARENA_ARRAY(mem, value *, to - from);
    value *axes = sizes_value(imp, r, NULL, name, 1, &zero, false);
    for (int k = from; k < to; k++) {
        value *size = size_of(imp, v, k), *inputs[] = {size, axes};
        if (size) {
            node *n = node_new(r, NULL, OP_unsqueeze, name, 2, inputs, 1);
            parts[k - from] = infer_node(n, imp->diags) ? n->outputs[0] : NULL;
        } else {
            parts[k - from] = sizes_value(imp, r, NULL, name, 1, &v->type.dims[k], false);
        }
        if (!parts[k - from]) return NULL;
    }
    node *n = node_new(r, NULL, OP_concat, name, to - from, parts, 1);
    node_set_int(n, "axis", 0);
    return infer_node(n, imp->diags) ? n->outputs[0] : NULL;
}

value *sizes_of_shape(importer *imp, const node *n) {
    if (n->op != OP_shape || !imp->sizes || !is_open(imp, n->inputs[0])) return NULL;
    int rank = n->inputs[0]->type.rank;
    int64_t from = node_int(n, "start"), to = node_int(n, "end");
    from = from < 0 ? from + rank : from, to = to < 0 ? to + rank : to;
    from = from < 0 ? 0 : from, to = to > rank ? rank : to;
    return from < to ? sizes_vector(imp, n->parent, n->inputs[0], (int)from, (int)to, n->name) : NULL;
}

bool sizes_open(const importer *imp, const value *v) { return is_open(imp, v); }
