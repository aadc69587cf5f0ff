/* The rules every pass must keep. A violation is a defect of cnnc, never of a model. */
#include "ir/ir.h"

#define DEFECT "this is a defect of cnnc, not of the model"

typedef struct checker {
    diagnostics *diags;
    bool typed;    /* inference has been: every result has a type */
    bool *defined; /* by value id: computed before the place being looked at */
    int capacity;
    int *unread; /* by value id: uses that no reader was met for yet; 0: not counted so far, else one more */
} checker;

/* Computed before, in this region or one around it. */
static bool is_defined(const checker *c, const value *v, const region *from) {
    if (v->constant) return true;
    if (v->id >= c->capacity || !c->defined[v->id]) return false;
    for (const region *r = from; r; r = r->owner ? r->owner->parent : NULL)
        if (v->parent == r) return true;
    return false;
}

/* Each reader takes one of the value's uses (that they say the truth is checked by uses_are_true): values with a hundred
 * thousand readers are no reason to search their uses as often. */
static bool takes_use(checker *c, const value *v) {
    if (v->id >= c->capacity) return false;
    int *left = &c->unread[v->id];
    if (!*left) *left = value_use_count(v) + 1;
    return --*left > 0;
}

static bool uses_are_true(const node *n, const value *v, diagnostics *d) {
    for (const use *u = v->uses; u; u = u->next) {
        const value *there = u->node ? (u->index < u->node->n_inputs ? u->node->inputs[u->index] : NULL)
                                     : (u->index < u->region->n_outputs ? u->region->outputs[u->index] : NULL);
        if (there != v) return node_error(d, n, DEFECT, "'%.80s' has a use that does not read it", v->name);
    }
    return true;
}

/* ---- expressions ---- */

static bool broadcasts_to(const value_type *x, const value_type *result) {
    if (!type_is_static(x) || !type_is_static(result)) return true;
    if (x->rank > result->rank) return false;
    for (int i = 0; i < x->rank; i++) {
        int64_t size = x->dims[i].size;
        if (size != 1 && size != result->dims[result->rank - x->rank + i].size) return false;
    }
    return true;
}

static bool check_operand(const node *n, const expr *e, const value_type *result, diagnostics *d) {
    if (e->input < 0 || e->input >= n->n_inputs || !n->inputs[e->input])
        return node_error(d, n, DEFECT, "its expression reads input %d, which it has not", e->input);
    const value_type *t = &n->inputs[e->input]->type;
    if (t->kind == TYPE_UNKNOWN) return true;
    if (t->kind != TYPE_TENSOR || t->elem != e->dtype) return node_error(d, n, DEFECT, "its expression reads input %d in another type", e->input);
    return !result || broadcasts_to(t, result) || node_error(d, n, DEFECT, "input %d of its expression has not the shape of the result", e->input);
}

/* An operator has as many operands as it can: an absent bound of Clip is an infinite one. */
static bool check_operator(const node *n, const expr *e, diagnostics *d) {
    const op_info *op = op_of((op_code)e->op);
    if (!(op->props & PROP_ELEMENTWISE)) return node_error(d, n, DEFECT, "its expression has %s, which is not elementwise", op->name);
    if (e->n_args < 1 || (op->max_in >= 0 && e->n_args != op->max_in))
        return node_error(d, n, DEFECT, "its expression has %s of %d operands", op->name, e->n_args);
    return true;
}

/* result NULL: its shape is not known. */
static bool check_expr(const node *n, const expr *e, const value_type *result, diagnostics *d) {
    if (e->dtype == DT_NONE && e->kind != EXPR_INPUT) return node_error(d, n, DEFECT, "its expression has a part without a type");
    if (e->kind == EXPR_INPUT && !check_operand(n, e, result, d)) return false;
    if (e->kind == EXPR_OP && !check_operator(n, e, d)) return false;
    for (int i = 0; i < e->n_args; i++)
        if (!check_expr(n, e->args[i], result, d)) return false;
    return true;
}

static bool check_expressions(const node *n, diagnostics *d) {
    const value_type *y = n->n_outputs && n->outputs[0] ? &n->outputs[0]->type : NULL;
    if (y && y->kind == TYPE_UNKNOWN) y = NULL;
    if (n->prologue && !check_expr(n, n->prologue, NULL, d)) return false;
    if (n->op == OP_fused && !n->epilogue) return node_error(d, n, DEFECT, "has no expression");
    if (!n->epilogue) return true;
    if (y && (y->kind != TYPE_TENSOR || y->elem != n->epilogue->dtype)) return node_error(d, n, DEFECT, "its expression and its result differ in type");
    return check_expr(n, n->epilogue, y, d);
}

/* ---- layouts ---- */

static bool is_c16(const value *v) { return v && v->type.layout.kind == LAYOUT_C16; }

static bool check_layout(const node *n, const value *v, diagnostics *d) {
    const layout *l = &v->type.layout;
    if (!is_c16(v)) return true;
    if ((v->type.elem != DT_F32 && v->type.elem != DT_U8) || v->type.rank != 4 || !type_is_bounded(&v->type) || v->constant)
        return node_error(d, n, DEFECT, "'%.80s' cannot have the layout c16: it is no f32 or u8 tensor of four known sizes", v->name);
    if (l->narrow != DT_NONE && (l->narrow != DT_BF16 || v->type.elem != DT_F32))
        return node_error(d, n, DEFECT, "'%.80s' is stored as %s", v->name, dtype_of(l->narrow)->name);
    if (l->top < 0 || l->left < 0 || l->bottom < 0 || l->right < 0) return node_error(d, n, DEFECT, "the halo of '%.80s' is negative", v->name);
    return true;
}

/* Which operators compute on c16. */
static bool knows_c16(const node *n) {
    switch (n->op) {
    case OP_conv:
    case OP_conv_integer:
    case OP_conv_max_pool:
    case OP_max_pool:
    case OP_average_pool:
    case OP_adaptive_average_pool:
    case OP_adaptive_max_pool:
    case OP_lrn:
    case OP_global_average_pool:
    case OP_global_max_pool:
    case OP_concat:
    case OP_split:
    case OP_fused:
    case OP_to_c16:
    case OP_from_c16:
    case OP_nhwc_to_c16:
    case OP_c16_to_nhwc: return true;
    default: return (op_of(n->op)->props & (PROP_ELEMENTWISE | PROP_LAYOUT_AGNOSTIC)) != 0;
    }
}

/* Parts of a concat or split may share its memory. */
static bool stored_alike(const node *n) {
    const value *whole = n->op == OP_concat ? n->outputs[0] : n->inputs[0];
    value *const *parts = n->op == OP_concat ? n->inputs : n->outputs;
    for (int i = 0; i < (n->op == OP_concat ? n->n_inputs : n->n_outputs); i++)
        if (parts[i] && is_c16(parts[i]) && parts[i]->type.layout.narrow != whole->type.layout.narrow) return false;
    return true;
}

static bool check_layouts(const node *n, diagnostics *d) {
    bool reads = false, makes = false;
    for (int i = 0; i < n->n_inputs; i++) reads |= is_c16(n->inputs[i]);
    for (int i = 0; i < n->n_outputs; i++) {
        makes |= is_c16(n->outputs[i]);
        if (n->outputs[i] && !check_layout(n, n->outputs[i], d)) return false;
    }
    if ((reads || makes) && !knows_c16(n)) return node_error(d, n, DEFECT, "does not compute on the layout c16");
    const bool to = n->op == OP_to_c16 || n->op == OP_nhwc_to_c16, from = n->op == OP_from_c16 || n->op == OP_c16_to_nhwc;
    if (reads && !makes && !from) return node_error(d, n, DEFECT, "reads the layout c16 and makes another");
    if (reads && (n->op == OP_concat || n->op == OP_split) && !stored_alike(n))
        return node_error(d, n, DEFECT, "has parts that are not stored as the whole is");
    if (to && (reads || !makes)) return node_error(d, n, DEFECT, "does not convert to c16");
    if (from && (makes || !reads)) return node_error(d, n, DEFECT, "does not convert from c16");
    return true;
}

/* ---- nodes and regions ---- */

static bool check_arity(const node *n, diagnostics *d) {
    const op_info *op = op_of(n->op);
    int core = n->op == OP_fused ? n->n_inputs : n->n_core_inputs;
    if (n->n_core_inputs > n->n_inputs) return node_error(d, n, DEFECT, "has fewer inputs than its operator reads");
    if (core < op->min_in || (op->max_in >= 0 && core > op->max_in)) return node_error(d, n, DEFECT, "%d inputs do not fit its operator", core);
    if (n->n_outputs < op->min_out || (op->max_out >= 0 && n->n_outputs > op->max_out))
        return node_error(d, n, DEFECT, "%d outputs do not fit its operator", n->n_outputs);
    if (n->n_regions && !(op->props & PROP_CONTROL)) return node_error(d, n, DEFECT, "has regions, which its operator does not take");
    return true;
}

static bool check_region(checker *c, const region *r);

static bool check_node(checker *c, const node *n, const region *r) {
    diagnostics *d = c->diags;
    if (n->parent != r) return node_error(d, n, DEFECT, "is in another region than it thinks");
    if (!check_arity(n, d)) return false;
    for (int i = 0; i < n->n_inputs; i++) {
        const value *v = n->inputs[i];
        if (!v) continue;
        if (!is_defined(c, v, r)) return node_error(d, n, DEFECT, "reads '%.80s' before it is computed", v->name);
        if (!takes_use(c, v)) return node_error(d, n, DEFECT, "is missing among the uses of '%.80s'", v->name);
    }
    for (int i = 0; i < n->n_regions; i++) {
        if (n->regions[i]->owner != n) return node_error(d, n, DEFECT, "owns a region that belongs to another node");
        if (!check_region(c, n->regions[i])) return false;
    }
    for (int i = 0; i < n->n_outputs; i++) {
        value *v = n->outputs[i];
        if (!v) continue;
        if (v->producer != n || v->output != i || v->parent != r) return node_error(d, n, DEFECT, "output %d belongs to another node", i);
        if (c->typed && v->type.kind == TYPE_UNKNOWN) return node_error(d, n, DEFECT, "output %d has no type", i);
        if (!uses_are_true(n, v, d)) return false;
        c->defined[v->id] = true;
    }
    return check_expressions(n, d) && check_layouts(n, d);
}

static bool check_region(checker *c, const region *r) {
    for (int i = 0; i < r->n_inputs; i++) c->defined[r->inputs[i]->id] = true;
    for (const node *n = r->first; n; n = n->next) {
        if (n->next && n->next->prev != n) return node_error(c->diags, n, DEFECT, "is badly linked");
        if (!check_node(c, n, r)) return false;
    }
    for (int i = 0; i < r->n_outputs; i++) {
        if (!is_defined(c, r->outputs[i], r)) return diag_error(c->diags, "", NULL, "output '%.80s' is not computed", r->outputs[i]->name);
        if (!takes_use(c, r->outputs[i])) return diag_error(c->diags, "", NULL, "output '%.80s' is missing among the uses", r->outputs[i]->name);
    }
    return true;
}

static bool check(const graph *g, bool typed, diagnostics *d) {
    arena *scratch = arena_new();
    checker c = {.diags = d, .typed = typed, .defined = ARENA_ARRAY(scratch, bool, g->next_value), .capacity = g->next_value};
    c.unread = ARENA_ARRAY(scratch, int, g->next_value);
    bool ok = check_region(&c, g->body);
    arena_free(scratch);
    return ok;
}

bool graph_verify(const graph *g, diagnostics *d) { return check(g, true, d); }
bool graph_verify_untyped(const graph *g, diagnostics *d) { return check(g, false, d); }
