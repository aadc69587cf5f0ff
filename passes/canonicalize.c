/* Different spellings of one thing become one: everything that only renames dimensions is a reshape, a reshape of a
 * reshape is one, variadic Sum/Max/Min/Mean are chains of two, pooling or averaging over the whole plane is global,
 * subtracting or dividing by constants is adding or multiplying. */
#include "passes/rewrite.h"

#include <math.h>

static bool to_reshape(graph *g, node *n) {
    const value_type *t = &n->outputs[0]->type;
    if (!type_is_static(t) || n->inputs[0]->constant) return true;
    int64_t dims[IR_MAX_RANK], rank = t->rank;
    for (int i = 0; i < t->rank; i++) dims[i] = t->dims[i].size;
    value *shape = value_constant(g, "shape", type_tensor(g->arena, DT_I64, 1, &rank), arena_copy(g->arena, dims, sizeof dims), "cnnc: shape");
    value *from = n->inputs[0], *skipped = from;
    while (from->producer && from->producer->op == OP_reshape && !from->producer->epilogue) from = from->producer->inputs[0];
    node *r = node_new(n->parent, n, OP_reshape, n->name, 2, (value *[]){from, shape}, 1);
    node_set_int(r, "allowzero", 1);
    r->outputs[0]->name = n->outputs[0]->name;
    if (!infer_node(r, g->diags)) return false;
    value_replace_uses(n->outputs[0], r->outputs[0]);
    node_remove(n);
    while (skipped != from && !skipped->uses) { /* or they would count as readers */
        node *p = skipped->producer;
        skipped = p->inputs[0];
        node_remove(p);
    }
    return true;
}

/* Not when it reads what is a reshape already and would come out the same. */
static bool is_settled_reshape(const node *n) {
    const node *p = n->inputs[0]->producer;
    return n->op == OP_reshape && n->inputs[1]->constant && !(p && p->op == OP_reshape);
}

static bool split_variadic(graph *g, node *n) {
    op_code op = n->op == OP_sum || n->op == OP_mean ? OP_add : n->op;
    if (n->n_inputs < 2 || (n->n_inputs == 2 && op == n->op)) return true;
    value *total = n->inputs[0];
    for (int i = 1; i < n->n_inputs; i++) {
        node *m = node_new(n->parent, n, op, n->name, 2, (value *[]){total, n->inputs[i]}, 1);
        if (!infer_node(m, g->diags)) return false;
        total = m->outputs[0];
    }
    if (n->op == OP_mean) {
        if (total->type.elem != DT_F32) return true; /* left as it is; the chain dies */
        float share = 1.0f / (float)n->n_inputs;
        value *c = new_constant(g, "1/n", 0, NULL, arena_copy(g->arena, &share, sizeof share), "cnnc: mean");
        node *m = node_new(n->parent, n, OP_mul, n->name, 2, (value *[]){total, c}, 1);
        if (!infer_node(m, g->diags)) return false;
        total = m->outputs[0];
    }
    total->name = n->outputs[0]->name;
    value_replace_uses(n->outputs[0], total);
    node_remove(n);
    return true;
}

/* Perhaps after adding the zero point. */
static bool is_saturated(const value *v) {
    const node *reader = value_only_user(v);
    if (reader && reader->op == OP_add && reader->inputs[1]->constant) reader = value_only_user(reader->outputs[0]);
    return reader && reader->op == OP_saturate;
}

/* x - c is x + -c, x / c is x * (1 / c): normalised images then fold like any scale and shift. */
static bool invert_constant(graph *g, node *n) {
    const value *c = n->inputs[1];
    if (!c->constant || n->inputs[0]->constant || c->type.elem != DT_F32) return true;
    if (is_saturated(n->outputs[0])) return true; /* quantisation: whoever else divides rounds alike */
    int64_t count = type_count(&c->type);
    float *to = ARENA_ARRAY(g->arena, float, count);
    for (int64_t i = 0; i < count; i++) {
        double x = constant_float(c->constant, i);
        to[i] = n->op == OP_sub ? (float)-x : (float)(1 / x);
        if (n->op == OP_div && !isnormal(to[i])) return true; /* its digits are lost */
    }
    const char *origin = arena_printf(g->arena, "%s | %s", c->constant->origin, n->op == OP_sub ? "negated" : "inverted");
    node_set_input(n, 1, value_constant(g, c->name, c->type, to, origin));
    n->op = n->op == OP_sub ? OP_add : OP_mul;
    return true;
}

static bool covers_plane(const node *n) {
    const value_type *t = &n->inputs[0]->type;
    window w;
    diagnostics silent = {0};
    if (t->rank != 4 || !type_is_static(t) || n->n_outputs > 1 || !window_of(n, &w, &silent)) return false;
    for (int i = 0; i < 2; i++)
        if (w.pad_begin[i] || w.pad_end[i] || w.dilation[i] != 1 || w.kernel[i] != t->dims[2 + i].size || w.out[i].size != 1) return false;
    return true;
}

static bool is_one_bin(const node *n) { return type_size(&n->outputs[0]->type, 2) == 1 && type_size(&n->outputs[0]->type, 3) == 1; }

static bool averages_plane(const node *n) {
    const value_type *t = &n->inputs[0]->type;
    if (n->op != OP_reduce_mean || t->rank != 4 || t->elem != DT_F32 || !type_is_bounded(t)) return false;
    if (n->n_inputs < 2 || !n->inputs[1] || !n->inputs[1]->constant || type_count(&n->inputs[1]->type) != 2) return false;
    int64_t a = constant_int(n->inputs[1]->constant, 0), b = constant_int(n->inputs[1]->constant, 1);
    a += a < 0 ? 4 : 0, b += b < 0 ? 4 : 0;
    return (a == 2 && b == 3) || (a == 3 && b == 2);
}

static bool to_global_pool(graph *g, node *n, op_code op) {
    node *p = node_new(n->parent, n, op, n->name, 1, n->inputs, 1);
    p->outputs[0]->name = n->outputs[0]->name;
    if (!infer_node(p, g->diags)) return false;
    bool same = type_equal(&p->outputs[0]->type, &n->outputs[0]->type);
    if (same) {
        value_replace_uses(n->outputs[0], p->outputs[0]);
        node_remove(n);
        return true;
    }
    node_set_input(n, 0, p->outputs[0]); /* [N,C,1,1] to [N,C]: n becomes the reshape */
    return to_reshape(g, n);
}

static bool to_cast(graph *g, node *n) {
    node *c = node_new(n->parent, n, OP_cast, n->name, 1, n->inputs, 1);
    node_set_int(c, "to", dtype_of(n->inputs[1]->type.elem)->onnx);
    node_set_int(c, "saturate", node_int(n, "saturate"));
    node_set_string(c, "round_mode", node_string(n, "round_mode"));
    c->outputs[0]->name = n->outputs[0]->name;
    if (!infer_node(c, g->diags)) return false;
    value_replace_uses(n->outputs[0], c->outputs[0]);
    node_remove(n);
    return true;
}

/* Only axes of one element change places. */
static bool moves_nothing(const node *n) {
    int count;
    const int64_t *perm = node_ints(n, "perm", &count);
    const value_type *t = &n->inputs[0]->type;
    int last = -1;
    if (!type_is_static(t)) return false;
    for (int i = 0; i < t->rank; i++) {
        int from = perm ? (int)perm[i] : t->rank - 1 - i;
        if (type_size(t, from) == 1) continue;
        if (from < last) return false;
        last = from;
    }
    return true;
}

static bool canonicalize_one(graph *g, node *n, void *context) {
    (void)context;
    if (n->epilogue || !n->n_outputs || !n->outputs[0] || !n->n_inputs || !n->inputs[0]) return true;
    switch (n->op) {
    case OP_flatten:
    case OP_squeeze:
    case OP_unsqueeze: return to_reshape(g, n);
    case OP_reshape: return is_settled_reshape(n) || to_reshape(g, n);
    case OP_transpose: return !moves_nothing(n) || to_reshape(g, n);
    case OP_cast_like: return to_cast(g, n);
    case OP_sum:
    case OP_mean:
    case OP_max:
    case OP_min: return split_variadic(g, n);
    case OP_sub:
    case OP_div: return invert_constant(g, n);
    case OP_adaptive_average_pool: return !is_one_bin(n) || to_global_pool(g, n, OP_global_average_pool);
    case OP_adaptive_max_pool: return !is_one_bin(n) || to_global_pool(g, n, OP_global_max_pool);
    case OP_average_pool: return !covers_plane(n) || to_global_pool(g, n, OP_global_average_pool);
    case OP_max_pool: return !covers_plane(n) || to_global_pool(g, n, OP_global_max_pool);
    case OP_reduce_mean: return !averages_plane(n) || to_global_pool(g, n, OP_global_average_pool);
    default: return true;
    }
}

bool pass_canonicalize(graph *g, const pass_options *o) {
    (void)o;
    return for_each_node(g, canonicalize_one, NULL);
}
