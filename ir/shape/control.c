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

/* The region's inputs get the types of what the first iteration is given. */
static bool loop_inputs(node *n, region *r, diagnostics *d) {
    r->inputs[0]->type = type_tensor(node_arena(n), DT_I64, 0, NULL);
    r->inputs[1]->type = type_tensor(node_arena(n), DT_BOOL, 0, NULL);
    for (int i = 2; i < r->n_inputs; i++) {
        if (!n->inputs[i]) return node_error(d, n, NULL, "lacks input %d", i);
        value_type t = n->inputs[i]->type;
        t.layout = r->inputs[i]->type.layout;
        r->inputs[i]->type = t;
    }
    return true;
}

/* A carried value whose shape the body changes has no shape that is known. */
static bool check_carried(const node *n, const region *r, diagnostics *d) {
    for (int i = 2; i < r->n_inputs; i++) {
        const value_type *x = &r->inputs[i]->type, *y = &r->outputs[i - 1]->type;
        bool same = x->kind == y->kind && (x->kind != TYPE_TENSOR || (x->elem == y->elem && x->rank == y->rank));
        for (int k = 0; same && x->kind == TYPE_TENSOR && k < x->rank; k++)
            same = !dim_is_number(x->dims[k]) || !dim_is_number(y->dims[k]) || dim_equal(x->dims[k], y->dims[k]);
        if (!same) return node_error(d, n, NULL, "'%.80s' changes its type from one iteration to the next", r->inputs[i]->name);
    }
    return true;
}

/* What a value is a copy of. */
static const value *copied(const value *v) {
    while (v->producer && v->producer->op == OP_identity) v = v->producer->inputs[0];
    return v;
}

/* The loop ends by its count alone: its condition is true at first, and the body hands on the one that it is given. */
static bool goes_on_always(const node *n, const region *r) {
    const value *go = copied(r->outputs[0]);
    const constant *first = n->inputs[1] ? n->inputs[1]->constant : NULL;
    return (!n->inputs[1] || (first && constant_int(first, 0))) && (go == r->inputs[1] || (go->constant && constant_int(go->constant, 0)));
}

bool shape_loop(node *n, diagnostics *d) {
    region *r = n->n_regions == 1 ? n->regions[0] : NULL;
    if (!r) return node_error(d, n, NULL, "has no body");
    int carried = n->n_core_inputs - 2, scans = r->n_outputs - 1 - carried, count;
    if (r->n_inputs != carried + 2 || scans < 0 || n->n_outputs > carried + scans)
        return node_error(d, n, NULL, "its body has %d inputs and %d outputs for %d carried values", r->n_inputs, r->n_outputs, carried);
    if (!loop_inputs(n, r, d) || !infer_region(r, d) || !check_carried(n, r, d)) return false;
    const dim *trips = value_sizes(node_arena(n), node_input(n, 0), &count);
    bool always = goes_on_always(n, r);
    for (int i = 0; i < n->n_outputs; i++) {
        if (!n->outputs[i]) continue;
        const value_type *t = &r->outputs[i + 1]->type;
        if (i < carried || t->kind != TYPE_TENSOR) {
            value_type old = i < carried && t->kind == TYPE_TENSOR ? r->inputs[i + 2]->type : *t;
            old.layout = n->outputs[i]->type.layout;
            n->outputs[i]->type = old;
            continue;
        }
        if (t->rank < 0 || t->rank >= IR_MAX_RANK) {
            set_output(n, i, t->elem, -1, NULL);
            continue;
        }
        dim dims[IR_MAX_RANK] = {trips && always ? dim_max(node_arena(n), *trips, dim_number(0)) : dim_unknown(node_arena(n))};
        for (int k = 0; k < t->rank; k++) dims[k + 1] = t->dims[k];
        set_output(n, i, t->elem, t->rank + 1, dims);
    }
    return true;
}

bool shape_sequence(node *n, diagnostics *d) {
    (void)d;
    value_type *inner = ARENA_NEW(node_arena(n), value_type);
    if (n->n_inputs) *inner = n->inputs[0]->type;
    n->outputs[0]->type = (value_type){.kind = TYPE_SEQUENCE, .inner = inner};
    return true;
}

bool shape_map(node *n, diagnostics *d) {
    const value_type *keys = input_type(n, 0, 1, 1, d), *values = keys ? input_type(n, 1, 1, 2, d) : NULL;
    if (!values) return false;
    if (type_size(keys, 0) != type_size(values, -1)) return node_error(d, n, NULL, "has %lld keys for %lld values", (long long)type_size(keys, 0), (long long)type_size(values, -1));
    value_type *one = ARENA_NEW(node_arena(n), value_type), *map = ARENA_NEW(node_arena(n), value_type);
    *one = type_tensor(node_arena(n), values->elem, 0, NULL);
    *map = (value_type){.kind = TYPE_MAP, .elem = keys->elem, .inner = one};
    n->outputs[0]->type = values->rank == 1 ? *map : (value_type){.kind = TYPE_SEQUENCE, .inner = map};
    return true;
}
