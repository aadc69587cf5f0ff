/* A symbolic dimension becomes a number, or bounded and open, in every type of the graph. */
#include "ir/ir.h"

#include <string.h>

typedef struct binding {
    arena *arena;
    const symbol *symbol;
    dim to;
} binding;

static dim bind_dim(const binding *b, dim d) {
    static dim (*const makers[])(arena *, dim, dim) = {
        [DIM_ADD] = dim_add, [DIM_MUL] = dim_mul, [DIM_FLOORDIV] = dim_floordiv, [DIM_MOD] = dim_mod, [DIM_MAX] = dim_max, [DIM_MIN] = dim_min};
    const dim_expr *e = d.expr;
    if (!e || e->op == DIM_UNKNOWN) return d;
    if (e->op == DIM_NUMBER) return dim_number(e->number);
    if (e->op == DIM_SYMBOL) return e->symbol == b->symbol ? b->to : d;
    dim x = bind_dim(b, (dim){.size = -1, .expr = e->a}), y = bind_dim(b, (dim){.size = -1, .expr = e->b});
    if ((e->op == DIM_FLOORDIV || e->op == DIM_MOD) && dim_is_number(y) && y.size < 1) return dim_unknown(b->arena); /* no network divides by it */
    return makers[e->op](b->arena, x, y);
}

static void bind_type(const binding *b, value_type *t) {
    if (t->rank > 0) t->dims = arena_copy(b->arena, t->dims, sizeof *t->dims * (size_t)t->rank);
    for (int i = 0; i < t->rank; i++) t->dims[i] = bind_dim(b, t->dims[i]);
    if (!t->inner) return;
    value_type *inner = arena_copy(b->arena, t->inner, sizeof *inner);
    bind_type(b, inner);
    t->inner = inner;
}

static void bind_value(const binding *b, value *v) {
    bind_type(b, &v->type);
    if (!v->declared) return;
    value_type *declared = arena_copy(b->arena, v->declared, sizeof *declared);
    bind_type(b, declared);
    v->declared = declared;
}

static void bind_region(const binding *b, region *r) {
    for (int i = 0; i < r->n_inputs; i++) bind_value(b, r->inputs[i]);
    for (node *n = r->first; n; n = n->next) {
        for (int i = 0; i < n->n_outputs; i++)
            if (n->outputs[i]) bind_value(b, n->outputs[i]);
        for (int i = 0; i < n->n_attrs; i++) bind_type(b, &n->attrs[i].type);
        for (int i = 0; i < n->n_regions; i++) bind_region(b, n->regions[i]);
    }
}

static bool check_bounds(const graph *g, const symbol *s, const char *name, int64_t min, int64_t max) {
    if (!s) return diag_error(g->diags, "", "`cnnc inspect` shows the inputs with their dimensions", "there is no dimension '%.80s'", name);
    if (min % s->multiple || max % s->multiple)
        return diag_error(g->diags, "", NULL, "dimension '%.80s' cannot be %lld: it is a multiple of %lld", name, (long long)(min % s->multiple ? min : max), (long long)s->multiple);
    if (min >= s->min && (s->max <= 0 || max <= s->max)) return true;
    return diag_error(g->diags, "", NULL, "dimension '%.80s' cannot be %lld: it is at least %lld%s", name, (long long)(min < s->min ? min : max),
                      (long long)s->min, s->max > 0 ? arena_printf(g->arena, " and at most %lld", (long long)s->max) : "");
}

bool graph_bind_symbol(graph *g, const char *name, int64_t size) {
    const symbol *s = graph_find_symbol(g, name);
    if (!check_bounds(g, s, name, size, size)) return false;
    bind_region(&(binding){g->arena, s, dim_number(size / s->multiple)}, g->body);
    int i = 0;
    while (g->symbols[i] != s) i++;
    memmove(g->symbols + i, g->symbols + i + 1, sizeof *g->symbols * (size_t)(--g->n_symbols - i));
    return true;
}

bool graph_open_symbol(graph *g, const char *name, int64_t min, int64_t max, int64_t multiple) {
    symbol *s = graph_find_symbol(g, name);
    if (!check_bounds(g, s, name, min, max)) return false;
    const int64_t before = s->multiple;
    if (before % multiple == 0) multiple = before;
    if (multiple % before)
        return diag_error(g->diags, "", NULL, "dimension '%.80s' is a multiple of %lld, which %lld is not", name, (long long)before, (long long)multiple);
    s->min = min, s->max = max, s->multiple = multiple, s->open = true;
    bind_region(&(binding){g->arena, s, dim_floordiv(g->arena, dim_symbol(g->arena, s), dim_number(before))}, g->body);
    return true;
}

bool graph_has_open_symbols(const graph *g) {
    for (int i = 0; i < g->n_symbols; i++)
        if (g->symbols[i]->open) return true;
    return false;
}
