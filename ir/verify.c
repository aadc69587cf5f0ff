/* The rules every pass must keep. A violation is a defect of cnnc, never of a model. */
#include "ir/ir.h"

typedef struct checker {
    diagnostics *diags;
    bool *defined; /* by value id: computed before the place being looked at */
    int capacity;
    int *unread; /* by value id: uses that no reader was met for yet; 0: not counted so far, else one more */
} checker;

static bool is_defined(const checker *c, const value *v) { return v->constant || (v->id < c->capacity && c->defined[v->id]); }

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
        if (there != v) return node_error(d, n, NULL, "'%.80s' has a use that does not read it", v->name);
    }
    return true;
}

static bool check_expr(const node *n, const expr *e, diagnostics *d) {
    if (e->kind == EXPR_INPUT && (e->input < 0 || e->input >= n->n_inputs || !n->inputs[e->input]))
        return node_error(d, n, NULL, "its expression reads input %d, which it has not", e->input);
    if (e->kind == EXPR_OP && !(op_of((op_code)e->op)->props & PROP_ELEMENTWISE))
        return node_error(d, n, NULL, "its expression has %s, which is not elementwise", op_of((op_code)e->op)->name);
    for (int i = 0; i < e->n_args; i++)
        if (!check_expr(n, e->args[i], d)) return false;
    return true;
}

static bool check_arity(const node *n, diagnostics *d) {
    const op_info *op = op_of(n->op);
    int core = n->op == OP_fused ? n->n_inputs : n->n_core_inputs;
    if (n->n_core_inputs > n->n_inputs) return node_error(d, n, NULL, "has fewer inputs than its operator reads");
    if (core < op->min_in || (op->max_in >= 0 && core > op->max_in)) return node_error(d, n, NULL, "%d inputs do not fit its operator", core);
    if (n->n_outputs < op->min_out || (op->max_out >= 0 && n->n_outputs > op->max_out))
        return node_error(d, n, NULL, "%d outputs do not fit its operator", n->n_outputs);
    return true;
}

static bool check_region(checker *c, const region *r);

static bool check_node(checker *c, const node *n, const region *r) {
    diagnostics *d = c->diags;
    if (n->parent != r) return node_error(d, n, NULL, "is in another region than it thinks");
    if (!check_arity(n, d)) return false;
    for (int i = 0; i < n->n_inputs; i++) {
        const value *v = n->inputs[i];
        if (!v) continue;
        if (!is_defined(c, v)) return node_error(d, n, NULL, "reads '%.80s' before it is computed", v->name);
        if (!takes_use(c, v)) return node_error(d, n, NULL, "is missing among the uses of '%.80s'", v->name);
    }
    for (int i = 0; i < n->n_regions; i++) {
        if (n->regions[i]->owner != n) return node_error(d, n, NULL, "owns a region that belongs to another node");
        if (!check_region(c, n->regions[i])) return false;
    }
    for (int i = 0; i < n->n_outputs; i++) {
        value *v = n->outputs[i];
        if (!v) continue;
        if (v->producer != n || v->output != i || v->parent != r) return node_error(d, n, NULL, "output %d belongs to another node", i);
        if (v->type.kind == TYPE_UNKNOWN) return node_error(d, n, NULL, "output %d has no type", i);
        if (!uses_are_true(n, v, d)) return false;
        c->defined[v->id] = true;
    }
    return (!n->epilogue || check_expr(n, n->epilogue, d)) && (!n->prologue || check_expr(n, n->prologue, d));
}

static bool check_region(checker *c, const region *r) {
    for (int i = 0; i < r->n_inputs; i++) c->defined[r->inputs[i]->id] = true;
    for (const node *n = r->first; n; n = n->next) {
        if (n->next && n->next->prev != n) return node_error(c->diags, n, NULL, "is badly linked");
        if (!check_node(c, n, r)) return false;
    }
    for (int i = 0; i < r->n_outputs; i++) {
        if (!is_defined(c, r->outputs[i])) return diag_error(c->diags, "", NULL, "output '%.80s' is not computed", r->outputs[i]->name);
        if (!takes_use(c, r->outputs[i])) return diag_error(c->diags, "", NULL, "output '%.80s' is missing among the uses", r->outputs[i]->name);
    }
    return true;
}

bool graph_verify(const graph *g, diagnostics *d) {
    arena *scratch = arena_new();
    checker c = {.diags = d, .defined = ARENA_ARRAY(scratch, bool, g->next_value), .capacity = g->next_value};
    c.unread = ARENA_ARRAY(scratch, int, g->next_value);
    bool ok = check_region(&c, g->body);
    arena_free(scratch);
    return ok;
}
