#include "ir/shape/shape.h"

#include <string.h>

/* ---- what rules share ---- */

/* A size that depends on data is the one that the model declares. */
static void refine(value_type *t, const value_type *declared) {
    if (!declared || declared->kind != TYPE_TENSOR || declared->rank < 0) return;
    if (t->rank < 0) {
        t->rank = declared->rank;
        t->dims = declared->dims;
    }
    for (int k = 0; t->rank == declared->rank && k < t->rank; k++)
        if (!dim_is_number(t->dims[k]) && !dim_is_open(t->dims[k]) && dim_is_number(declared->dims[k])) t->dims[k] = declared->dims[k];
}

void set_output(node *n, int i, dtype elem, int rank, const dim *dims) {
    if (i >= n->n_outputs || !n->outputs[i]) return;
    value_type *t = &n->outputs[i]->type;
    value_type old = *t;
    *t = type_tensor_dims(node_arena(n), elem, rank, dims);
    refine(t, n->outputs[i]->declared);
    if (old.kind != TYPE_TENSOR) return;
    t->layout = old.layout;
    t->quant = old.quant;
}

const value_type *input_type(const node *n, int i, int lo, int hi, diagnostics *d) {
    const value *v = node_input(n, i);
    if (!v || v->type.kind != TYPE_TENSOR) {
        node_error(d, n, NULL, "input %d is no tensor", i);
        return NULL;
    }
    if (v->type.rank < 0) {
        const char *hint = n->parent->graph->n_symbols ? "fix the open dimensions: --dim NAME=SIZE (cnnc inspect lists them)" : "give the model's inputs and outputs shapes";
        node_error(d, n, hint, "the rank of input %d ('%.80s') is not known", i, v->name);
        return NULL;
    }
    if (v->type.rank >= lo && v->type.rank <= hi) return &v->type;
    if (lo == hi) node_error(d, n, NULL, "input %d has rank %d where %d is needed", i, v->type.rank, lo);
    else node_error(d, n, NULL, "input %d has rank %d where %d to %d is needed", i, v->type.rank, lo, hi);
    return NULL;
}

bool same_elements(const node *n, diagnostics *d) {
    dtype elem = DT_NONE;
    for (int i = 0; i < n->n_core_inputs; i++) {
        if (!n->inputs[i]) continue;
        const value_type *t = &n->inputs[i]->type;
        if (t->kind != TYPE_TENSOR) return node_error(d, n, NULL, "input %d is no tensor", i);
        if (elem != DT_NONE && t->elem != elem)
            return node_error(d, n, "insert a Cast", "mixes element types %s and %s", dtype_of(elem)->name,
                              dtype_of(t->elem)->name);
        elem = t->elem;
    }
    return true;
}

bool resolve_axis(const node *n, int64_t axis, int rank, int *resolved, diagnostics *d) {
    if (axis < -rank || axis >= rank)
        return node_error(d, n, NULL, "axis %lld is outside of a tensor of rank %d", (long long)axis, rank);
    *resolved = (int)(axis < 0 ? axis + rank : axis);
    return true;
}

const int64_t *constant_ints(const node *n, int i, int *count) {
    const value *v = node_input(n, i);
    *count = 0;
    if (!v || !v->constant) return NULL;
    int64_t items = type_count(&v->constant->type);
    if (items < 0 || items > INT32_MAX) return NULL;
    int64_t *ints = ARENA_ARRAY(node_arena(n), int64_t, items);
    for (int64_t k = 0; k < items; k++) ints[k] = constant_int(v->constant, k);
    *count = (int)items;
    return ints;
}

const dim *value_sizes(arena *a, const value *v, int *n) {
    const node *maker = v && !v->constant ? v->producer : NULL;
    const attr *made = maker && maker->op == OP_sizes ? node_attr(maker, "size") : NULL;
    if (made) return *n = made->type.rank, made->type.dims;
    int64_t count = v && v->constant ? type_count(&v->constant->type) : -1;
    if (count < 0 || count > 2 * IR_MAX_RANK || dtype_of(v->type.elem)->kind == CLASS_FLOAT) return NULL;
    dim *sizes = ARENA_ARRAY(a, dim, count);
    for (int64_t k = 0; k < count; k++) sizes[k] = dim_number(constant_int(v->constant, k));
    return *n = (int)count, sizes;
}

dim room_of(const node *n, dim most) {
    const int64_t room = node_int(n, "room");
    if (room == ROOM_ALL) return most;
    return room >= 0 && room <= INT32_MAX ? dim_number(room) : dim_unknown(node_arena(n));
}

dim dims_product(arena *a, const dim *dims, int from, int to) {
    dim product = dim_number(1);
    for (int i = from; i < to; i++) product = dim_mul(a, product, dims[i]);
    return product;
}

/* Two sizes on one axis. What is not known now (n against a symbol) is taken to fit. */
static bool broadcast_dim(arena *a, dim *x, dim y) {
    bool x_is_number = dim_is_number(*x), y_is_number = dim_is_number(y);
    if ((y_is_number && y.size == 1) || dim_equal(*x, y)) return true;
    if (x_is_number && y_is_number && x->size != 1) return false;
    if (x_is_number == y_is_number) *x = x_is_number ? y : dim_max(a, *x, y);
    else if (y_is_number || x->size == 1) *x = y;
    return true;
}

bool broadcast_dims(arena *a, int n, const value_type *const *types, int *rank, dim *dims) {
    *rank = 0;
    for (int i = 0; i < n; i++)
        if (types[i]->rank > *rank) *rank = types[i]->rank;
    for (int k = 0; k < *rank; k++) dims[k] = dim_number(1);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < types[i]->rank; k++)
            if (!broadcast_dim(a, &dims[*rank - types[i]->rank + k], types[i]->dims[k])) return false;
    return true;
}

/* ---- before the rule: arity and attributes ---- */

static bool check_count(const node *n, const char *what, int count, int min, int max, diagnostics *d) {
    if (count >= min && (max < 0 || count <= max)) return true;
    if (min == max) return node_error(d, n, NULL, "has %d %ss instead of %d", count, what, min);
    if (max < 0) return node_error(d, n, NULL, "has %d %ss instead of at least %d", count, what, min);
    return node_error(d, n, NULL, "has %d %ss instead of %d to %d", count, what, min, max);
}

static bool check_attrs(const node *n, diagnostics *d) {
    for (int i = 0; i < n->n_attrs; i++) {
        const attr_spec *spec = op_attr(n->op, n->attrs[i].name);
        if (!spec && op_of(n->op)->props & PROP_FOREIGN) continue;
        if (!spec) return node_error(d, n, NULL, "has no attribute '%.80s'", n->attrs[i].name);
        if (spec->kind != n->attrs[i].kind)
            return node_error(d, n, NULL, "attribute '%s' is of the wrong kind", spec->name);
    }
    for (const attr_spec *s = op_of(n->op)->attrs; s->kind != ATTR_END; s++)
        if (s->required && !node_has(n, s->name)) return node_error(d, n, NULL, "lacks the attribute '%s'", s->name);
    return true;
}

static bool check_node(const node *n, diagnostics *d) {
    const op_info *op = op_of(n->op);
    if (!op->shape) return node_error(d, n, NULL, "is no operator");
    int n_inputs = n->op == OP_fused ? n->n_inputs : n->n_core_inputs; /* fused: its expression reads them all */
    if (!check_count(n, "input", n_inputs, op->min_in, op->max_in, d)) return false;
    if (!check_count(n, "output", n->n_outputs, op->min_out, op->max_out, d)) return false;
    for (int i = 0; i < op->min_in && i < n->n_inputs && n->op != OP_loop; i++)
        if (!n->inputs[i]) return node_error(d, n, NULL, "lacks input %d", i);
    return check_attrs(n, d);
}

/* ---- after it: no size that cannot be ---- */

static bool check_size(const node *n, int output, const value_type *t, diagnostics *d) {
    const int64_t limit = ((int64_t)1 << 40) - 1; /* bits and bytes stay far from overflow */
    int64_t count = 1;
    bool empty = false;
    if (t->rank > IR_MAX_RANK)
        return node_error(d, n, NULL, "output %d has rank %d, more than %d", output, t->rank, IR_MAX_RANK);
    for (int k = 0; k < t->rank; k++) {
        if (!dim_is_number(t->dims[k]) && !dim_is_open(t->dims[k])) continue;
        int64_t size = t->dims[k].size;
        if (size < 0) return node_error(d, n, NULL, "output %d has size %lld on axis %d", output, (long long)size, k);
        if (size == 0) empty = true;
        else if (size > limit / count)
            return node_error(d, n, "give the inputs smaller shapes", "output %d is too large: 2^40 elements or bytes, or more", output);
        else count *= size;
    }
    if (!empty && count > limit * 8 / (dtype_of(t->elem)->bits ? dtype_of(t->elem)->bits : 8))
        return node_error(d, n, "give the inputs smaller shapes", "output %d is too large: 2^40 elements or bytes, or more", output);
    return true;
}

bool infer_node(node *n, diagnostics *d) {
    if (!check_node(n, d)) return false;
    int errors = d->errors;
    if (!op_of(n->op)->shape(n, d)) {
        if (d->errors == errors) node_error(d, n, NULL, "its inputs do not fit it");
        return false;
    }
    if (n->epilogue && n->outputs[0]) n->outputs[0]->type.elem = n->epilogue->dtype;
    for (int i = 0; i < n->n_outputs; i++)
        if (n->outputs[i] && n->outputs[i]->type.kind == TYPE_TENSOR && !check_size(n, i, &n->outputs[i]->type, d))
            return false;
    return true;
}
