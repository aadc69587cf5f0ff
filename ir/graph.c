#include "ir/ir.h"

#include <string.h>

graph *graph_new(arena *a, diagnostics *d, const char *name) {
    graph *g = ARENA_NEW(a, graph);
    g->arena = a;
    g->diags = d;
    g->name = arena_strdup(a, name);
    g->body = region_new(g, NULL);
    return g;
}

region *region_new(graph *g, node *owner) {
    region *r = ARENA_NEW(g->arena, region);
    r->graph = g;
    r->owner = owner;
    return r;
}

/* Appends to an arena array that doubles when its size is a power of two. */
static void *grown(arena *a, void *items, int n, size_t item) {
    if (n & (n - 1) || (n && n < 4)) return items;
    void *more = arena_alloc(a, item * (size_t)(n ? 2 * n : 4));
    if (n) memcpy(more, items, item * (size_t)n);
    return more;
}

symbol *graph_find_symbol(const graph *g, const char *name) {
    for (int i = 0; i < g->n_symbols; i++)
        if (!strcmp(g->symbols[i]->name, name)) return g->symbols[i];
    return NULL;
}

symbol *graph_symbol(graph *g, const char *name) {
    symbol *s = graph_find_symbol(g, name);
    if (s) return s;
    s = ARENA_NEW(g->arena, symbol);
    s->name = arena_strdup(g->arena, name);
    s->min = s->multiple = 1;
    g->symbols = grown(g->arena, g->symbols, g->n_symbols, sizeof *g->symbols);
    g->symbols[g->n_symbols++] = s;
    return s;
}

value *value_new(region *r, const char *name, value_type t) {
    graph *g = r->graph;
    value *v = ARENA_NEW(g->arena, value);
    v->id = g->next_value++;
    v->name = arena_strdup(g->arena, name);
    v->type = t;
    v->parent = r;
    return v;
}

value *value_constant(graph *g, const char *name, value_type t, const void *data, const char *origin) {
    value *v = value_new(g->body, name, t);
    constant *c = ARENA_NEW(g->arena, constant);
    c->type = t;
    c->data = data;
    c->origin = origin ? arena_strdup(g->arena, origin) : v->name;
    v->constant = c;
    return v;
}

/* ---- uses ---- */

static void use_link(use *u, value *v) {
    u->next = v->uses;
    u->link = &v->uses;
    if (u->next) u->next->link = &u->next;
    v->uses = u;
}

static use *use_add(graph *g, value *v, node *n, region *r, int index) {
    if (!v) return NULL;
    use *u = ARENA_NEW(g->arena, use);
    *u = (use){.node = n, .region = r, .index = index};
    use_link(u, v);
    return u;
}

static void use_drop(use *u) {
    if (!u) return;
    *u->link = u->next;
    if (u->next) u->next->link = u->link;
}

int value_use_count(const value *v) {
    int n = 0;
    for (const use *u = v->uses; u; u = u->next) n++;
    return n;
}

node *value_only_user(const value *v) { return v->uses && !v->uses->next ? v->uses->node : NULL; }

void value_replace_uses(value *old, value *with) {
    if (old == with) return;
    while (old->uses) {
        use *u = old->uses;
        if (u->node) u->node->inputs[u->index] = with;
        else u->region->outputs[u->index] = with;
        use_drop(u);
        use_link(u, with);
    }
}

/* ---- regions ---- */

value *region_add_input(region *r, const char *name, value_type t) {
    value *v = value_new(r, name, t);
    r->inputs = grown(r->graph->arena, r->inputs, r->n_inputs, sizeof *r->inputs);
    r->inputs[r->n_inputs++] = v;
    return v;
}

void region_add_output(region *r, value *v) {
    r->outputs = grown(r->graph->arena, r->outputs, r->n_outputs, sizeof *r->outputs);
    r->uses = grown(r->graph->arena, r->uses, r->n_outputs, sizeof *r->uses);
    r->outputs[r->n_outputs] = v;
    r->uses[r->n_outputs] = use_add(r->graph, v, NULL, r, r->n_outputs);
    r->n_outputs++;
}

void region_set_output(region *r, int index, value *v) {
    use_drop(r->uses[index]);
    r->outputs[index] = v;
    r->uses[index] = use_add(r->graph, v, NULL, r, index);
}

void region_drop_outputs(region *r) {
    while (r->n_outputs > 0) use_drop(r->uses[--r->n_outputs]);
}

/* ---- the interface ---- */

void ports_add(graph *g, ports *p, port one) {
    p->list = grown(g->arena, p->list, p->n, sizeof *p->list);
    p->list[p->n++] = one;
}

int graph_port_count(const graph *g, bool output) {
    const ports *p = output ? &g->outputs : &g->inputs;
    return p->list ? p->n : output ? g->body->n_outputs : g->body->n_inputs;
}

port graph_port(const graph *g, bool output, int i) {
    const ports *p = output ? &g->outputs : &g->inputs;
    if (p->list) return p->list[i];
    const value *v = output ? g->body->outputs[i] : g->body->inputs[i];
    return (port){.name = v->name, .type = v->type, .first = i, .n = 1};
}

/* ---- nodes ---- */

static void link_before(node *n, region *r, node *before) {
    n->parent = r;
    n->next = before;
    n->prev = before ? before->prev : r->last;
    *(n->prev ? &n->prev->next : &r->first) = n;
    *(before ? &before->prev : &r->last) = n;
}

static void unlink_node(node *n) {
    region *r = n->parent;
    *(n->prev ? &n->prev->next : &r->first) = n->next;
    *(n->next ? &n->next->prev : &r->last) = n->prev;
}

node *node_new(region *r, node *before, op_code op, const char *name, int n_inputs, value *const *inputs, int n_outputs) {
    graph *g = r->graph;
    node *n = ARENA_NEW(g->arena, node);
    n->op = op;
    n->id = g->next_node++;
    n->name = arena_strdup(g->arena, name);
    link_before(n, r, before);
    for (int i = 0; i < n_inputs; i++) node_add_input(n, inputs ? inputs[i] : NULL);
    n->n_core_inputs = n_inputs;
    n->outputs = ARENA_ARRAY(g->arena, value *, n_outputs);
    n->n_outputs = n_outputs;
    for (int i = 0; i < n_outputs; i++) {
        const char *label = i ? arena_printf(g->arena, "%s.%d", name, i) : name;
        n->outputs[i] = value_new(r, label, (value_type){.kind = TYPE_UNKNOWN});
        n->outputs[i]->producer = n;
        n->outputs[i]->output = i;
    }
    return n;
}

void node_set_input(node *n, int index, value *v) {
    use_drop(n->uses[index]);
    n->inputs[index] = v;
    n->uses[index] = use_add(n->parent->graph, v, n, NULL, index);
}

int node_add_input(node *n, value *v) {
    graph *g = n->parent->graph;
    n->inputs = grown(g->arena, n->inputs, n->n_inputs, sizeof *n->inputs);
    n->uses = grown(g->arena, n->uses, n->n_inputs, sizeof *n->uses);
    n->inputs[n->n_inputs] = v;
    n->uses[n->n_inputs] = use_add(g, v, n, NULL, n->n_inputs);
    return n->n_inputs++;
}

void node_remove(node *n) {
    for (int i = 0; i < n->n_inputs; i++) use_drop(n->uses[i]);
    for (int r = 0; r < n->n_regions; r++) {
        for (node *m = n->regions[r]->last, *prev; m; m = prev) {
            prev = m->prev;
            node_remove(m);
        }
        for (int i = 0; i < n->regions[r]->n_outputs; i++) use_drop(n->regions[r]->uses[i]);
    }
    unlink_node(n);
}

void node_move_before(node *n, node *before) {
    unlink_node(n);
    link_before(n, before->parent, before);
}

value *node_input(const node *n, int i) { return i < n->n_core_inputs ? n->inputs[i] : NULL; }

/* ---- captured values ---- */

typedef struct capture_list {
    const node *owner;
    arena *arena;
    value **values;
    int count;
} capture_list;

static void capture(capture_list *l, value *v) {
    if (!v || v->constant) return;
    for (int i = 0; i < l->count; i++)
        if (l->values[i] == v) return;
    for (const region *r = v->producer ? v->producer->parent : v->parent; r; r = r->owner ? r->owner->parent : NULL)
        if (r->owner == l->owner) return;
    l->values = grown(l->arena, l->values, l->count, sizeof *l->values);
    l->values[l->count++] = v;
}

static void capture_region(capture_list *l, const region *r) {
    for (const node *n = r->first; n; n = n->next) {
        for (int i = 0; i < n->n_inputs; i++) capture(l, n->inputs[i]);
        for (int i = 0; i < n->n_regions; i++) capture_region(l, n->regions[i]);
    }
    for (int i = 0; i < r->n_outputs; i++) capture(l, r->outputs[i]);
}

value **node_captures(const node *n, arena *a, int *count) {
    capture_list l = {.owner = n, .arena = a};
    for (int i = 0; i < n->n_regions; i++) capture_region(&l, n->regions[i]);
    *count = l.count;
    return l.values;
}

/* ---- attributes ---- */

const attr *node_attr(const node *n, const char *name) {
    for (int i = 0; i < n->n_attrs; i++)
        if (!strcmp(n->attrs[i].name, name)) return &n->attrs[i];
    return NULL;
}

bool node_has(const node *n, const char *name) { return node_attr(n, name) != NULL; }

int64_t node_int(const node *n, const char *name) {
    const attr *a = node_attr(n, name);
    const attr_spec *s = op_attr(n->op, name);
    return a ? a->i : s ? s->i : 0;
}

double node_float(const node *n, const char *name) {
    const attr *a = node_attr(n, name);
    const attr_spec *s = op_attr(n->op, name);
    return a ? a->f : s ? s->f : 0;
}

const char *node_string(const node *n, const char *name) {
    const attr *a = node_attr(n, name);
    const attr_spec *s = op_attr(n->op, name);
    return a ? a->s.bytes : s && s->s ? s->s : "";
}

const int64_t *node_ints(const node *n, const char *name, int *count) {
    const attr *a = node_attr(n, name);
    *count = a ? a->n : 0;
    return a ? a->ints : NULL;
}

int64_t node_nth_int(const node *n, const char *name, int i, int64_t otherwise) {
    int count;
    const int64_t *ints = node_ints(n, name, &count);
    return i < count ? ints[i] : otherwise;
}

const double *node_floats(const node *n, const char *name, int *count) {
    const attr *a = node_attr(n, name);
    *count = a ? a->n : 0;
    return a ? a->floats : NULL;
}

void node_set_attr(node *n, attr a) {
    arena *mem = n->parent->graph->arena;
    attr *old = (attr *)node_attr(n, a.name);
    a.name = arena_strdup(mem, a.name);
    if (!old) {
        n->attrs = grown(mem, n->attrs, n->n_attrs, sizeof *n->attrs);
        old = &n->attrs[n->n_attrs++];
    }
    *old = a;
}

void node_set_int(node *n, const char *name, int64_t i) { node_set_attr(n, (attr){.name = name, .kind = ATTR_INT, .i = i}); }

void node_set_type(node *n, const char *name, value_type type) { node_set_attr(n, (attr){.name = name, .kind = ATTR_TYPE, .type = type}); }

void node_set_float(node *n, const char *name, double f) {
    node_set_attr(n, (attr){.name = name, .kind = ATTR_FLOAT, .f = f});
}

void node_set_string(node *n, const char *name, const char *s) {
    const char *copy = arena_strdup(n->parent->graph->arena, s);
    node_set_attr(n, (attr){.name = name, .kind = ATTR_STRING, .s = {copy, strlen(copy)}});
}

void node_set_ints(node *n, const char *name, int count, const int64_t *ints) {
    const int64_t *copy = arena_copy(n->parent->graph->arena, ints, sizeof *ints * (size_t)count);
    node_set_attr(n, (attr){.name = name, .kind = ATTR_INTS, .n = count, .ints = copy});
}

void node_set_floats(node *n, const char *name, int count, const double *floats) {
    const double *copy = arena_copy(n->parent->graph->arena, floats, sizeof *floats * (size_t)count);
    node_set_attr(n, (attr){.name = name, .kind = ATTR_FLOATS, .n = count, .floats = copy});
}

void node_copy_attrs(node *to, const node *from) {
    for (int i = 0; i < from->n_attrs; i++) node_set_attr(to, from->attrs[i]);
}
