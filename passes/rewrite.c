#include "passes/rewrite.h"

#include <string.h>

static bool visit(graph *g, region *r, bool (*f)(graph *, node *, void *), void *context) {
    for (node *n = r->first, *next; n; n = next) {
        next = n->next;
        for (int i = 0; i < n->n_regions; i++)
            if (!visit(g, n->regions[i], f, context)) return false;
        if (!f(g, n, context)) return false;
    }
    return true;
}

bool for_each_node(graph *g, bool (*f)(graph *g, node *n, void *context), void *context) { return visit(g, g->body, f, context); }

bool constant_scalar(const value *v, double *x) {
    if (!v || !v->constant || type_count(&v->type) != 1 || dtype_of(v->type.elem)->kind != CLASS_FLOAT) return false;
    *x = constant_float(v->constant, 0);
    return true;
}

const char *joined_name(graph *g, const char *first, const char *second) {
    enum { LONGEST = 200 };
    if (!*first) return second;
    if (!*second || strlen(first) + strlen(second) + 3 > LONGEST) return first;
    return arena_printf(g->arena, "%s + %s", first, second);
}

static bool is_output(const region *r, const value *v) {
    for (const use *u = v->uses; u; u = u->next)
        if (u->region == r) return true;
    return false;
}

bool replace_node(graph *g, node *n, value *v) {
    value *old = n->outputs[0];
    if (is_output(n->parent, old)) {
        bool own = v->producer && v->parent == n->parent && !is_output(n->parent, v);
        if (!own) return false;
        if (n->parent == g->body) v->name = old->name;
    }
    value_replace_uses(old, v);
    node_remove(n);
    return true;
}

value *new_constant(graph *g, const char *name, int rank, const int64_t *dims, const float *data, const char *origin) {
    value_type t = type_tensor(g->arena, DT_F32, rank, dims);
    return value_constant(g, name, t, data, origin);
}
