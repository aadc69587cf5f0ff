/* Which values share memory. Every value starts as a root of its own; views are hung below another value at an offset,
 * parts of a concat below the concat, and each root that is left becomes a buffer. */
#include "backend/plan/plan.h"

#include <string.h>

typedef struct place {
    const value *parent; /* NULL: a root */
    int64_t offset;      /* bytes from the parent's start */
} place;

typedef struct placing {
    plan *plan;
    place *places;        /* by value id */
    bool *pinned;         /* graph inputs: cannot be written below another value */
} placing;

static int64_t padded_count(const value_type *t) {
    if (t->layout.kind == LAYOUT_ROW_MAJOR) return type_count(t);
    return WORK(type_size(t, 0), (type_size(t, 1) + C16 - 1) / C16, plane_pitch(t));
}

static int64_t storage_bytes(const value_type *t) { return (int64_t)stored_bytes(type_stored(t), padded_count(t)); }

static const value *root_of(const placing *s, const value *v, int64_t *offset) {
    int64_t total = 0;
    for (const place *at; (at = &s->places[v->id])->parent; v = at->parent) total += at->offset;
    if (offset) *offset = total;
    return v;
}

static void hang(placing *s, const value *v, const value *parent, int64_t offset) {
    s->places[v->id] = (place){.parent = parent, .offset = offset};
}

static bool same_geometry(const value_type *x, const value_type *y) {
    return !memcmp(&x->layout, &y->layout, sizeof(layout));
}

/* A tensor of which axis `axis` is the outermost that matters, so that its slices are contiguous. */
static bool sliceable(const value_type *t, int axis) {
    if (t->layout.kind == LAYOUT_C16) return axis == 1 && type_size(t, 0) == 1;
    if (dtype_of(t->elem)->bits < 8 || !type_is_static(t)) return false;
    for (int i = 0; i < axis; i++)
        if (type_size(t, i) != 1) return false;
    return true;
}

/* Bytes from the tensor's start to index `at` of a sliceable axis; -1 when that is not between two elements' storage. */
static int64_t slice_offset(const value_type *t, int axis, int64_t at) {
    int64_t size = type_size(t, axis);
    if (t->layout.kind == LAYOUT_C16) return at % C16 ? -1 : storage_bytes(t) / ((size + C16 - 1) / C16) * (at / C16);
    return size ? storage_bytes(t) / size * at : 0;
}

/* Blocks of 16 channels with spatial size 1 and no halo are row-major already. */
static bool layouts_coincide(const value_type *c16) {
    const layout *l = &c16->layout;
    return l->narrow == DT_NONE && !l->top && !l->left && !l->bottom && !l->right && type_size(c16, 1) % C16 == 0 && type_size(c16, 2) == 1 &&
           type_size(c16, 3) == 1;
}

static bool is_view(const node *n) {
    const value_type *in = &n->inputs[0]->type, *out = &n->outputs[0]->type;
    if (n->inputs[0]->constant || n->epilogue || n->prologue) return false;
    if (n->op == OP_to_c16) return layouts_coincide(out);
    if (n->op == OP_from_c16) return layouts_coincide(in);
    return (op_of(n->op)->props & PROP_VIEW) && in->layout.kind == LAYOUT_ROW_MAJOR && out->layout.kind == LAYOUT_ROW_MAJOR;
}

static void place_split(placing *s, const node *n) {
    const value_type *in = &n->inputs[0]->type;
    int axis = (int)node_int(n, "axis");
    if (axis < 0) axis += in->rank;
    if (n->inputs[0]->constant || !sliceable(in, axis)) return;
    int64_t at = 0;
    for (int i = 0; i < n->n_outputs; i++) {
        const value *part = n->outputs[i];
        if (!part) return; /* its size is not known here */
        int64_t offset = slice_offset(in, axis, at);
        if (offset >= 0 && same_geometry(in, &part->type)) hang(s, part, n->inputs[0], offset);
        at += type_size(&part->type, axis);
    }
}

static void place_views(placing *s, const region *r) {
    for (const node *n = r->first; n; n = n->next) {
        if (op_of(n->op)->props & PROP_CONTROL) {
            for (int i = 0; i < n->n_regions; i++) place_views(s, n->regions[i]);
        } else if (n->n_inputs && n->inputs[0] && n->outputs[0]) {
            if (is_view(n)) hang(s, n->outputs[0], n->inputs[0], 0);
            else if (n->op == op_from_name("split")) place_split(s, n);
        }
    }
}

/* Parts that nothing else holds are written straight into the concat. A concat whose parts already lie one behind the
 * other in a larger one (DenseNet) becomes a view of it. */
static void place_concat(placing *s, const node *n) {
    const value *whole = n->outputs[0];
    int axis = (int)node_int(n, "axis");
    if (axis < 0) axis += whole->type.rank;
    if (!sliceable(&whole->type, axis)) return;
    const value *home = NULL;
    int64_t start = 0, at = 0, n_home = 0;
    for (int i = 0; i < n->n_inputs; i++) {
        const value *part = n->inputs[i];
        int64_t here = slice_offset(&whole->type, axis, at), offset;
        if (here < 0 || part->constant || !same_geometry(&part->type, &whole->type)) break;
        const value *root = root_of(s, part, &offset);
        if (!i) home = root, start = offset;
        if (root != home || root == part || offset != start + here) break;
        at += type_size(&part->type, axis);
        n_home++;
    }
    if (n_home == n->n_inputs && !s->pinned[home->id] && !s->places[whole->id].parent) {
        hang(s, whole, home, start);
        return;
    }
    at = 0;
    for (int i = 0; i < n->n_inputs; i++) {
        const value *part = n->inputs[i];
        int64_t here = slice_offset(&whole->type, axis, at);
        bool own = !part->constant && !s->pinned[part->id] && root_of(s, part, NULL) == part && root_of(s, whole, NULL) != part;
        if (here >= 0 && own && part->parent == whole->parent && same_geometry(&part->type, &whole->type))
            hang(s, part, whole, here);
        at += type_size(&part->type, axis);
    }
}

/* The last concat first: it is the one that holds the others. */
static void place_concats(placing *s, const region *r) {
    for (const node *n = r->last; n; n = n->prev) {
        for (int i = 0; i < n->n_regions; i++) place_concats(s, n->regions[i]);
        if (n->op == op_from_name("concat") && n->outputs[0] && !n->epilogue) place_concat(s, n);
    }
}

/* Results of branches are written straight into the result of the `if`. */
static void place_branch_results(placing *s, const region *r) {
    for (const node *n = r->first; n; n = n->next)
        for (int i = 0; i < n->n_regions; i++) {
            const region *branch = n->regions[i];
            for (int k = 0; n->op == OP_if && k < branch->n_outputs && k < n->n_outputs; k++) {
                const value *v = branch->outputs[k];
                if (!n->outputs[k] || v->constant || v->parent != branch || !v->producer) continue;
                const value *root = root_of(s, v, NULL);
                if (root->parent == branch && root->producer && type_equal(&root->type, &v->type) == (root == v) &&
                    storage_bytes(&root->type) == storage_bytes(&n->outputs[k]->type) && root_of(s, n->outputs[k], NULL) != root)
                    hang(s, root, n->outputs[k], 0);
            }
            place_branch_results(s, branch);
        }
}

/* ---- in place: an elementwise result takes the memory of an operand that dies there ---- */

typedef struct span {
    int last;      /* position of the last reader of anything below the root */
    bool external; /* INPUT or OUTPUT memory, or read at the end */
} span;

static int number_nodes(const region *r, int *position, int next) {
    for (const node *n = r->first; n; n = n->next) {
        position[n->id] = next++;
        for (int i = 0; i < n->n_regions; i++) next = number_nodes(n->regions[i], position, next);
    }
    return next;
}

static void find_spans(const placing *s, const region *r, const int *position, span *spans) {
    for (const node *n = r->first; n; n = n->next) {
        for (int i = 0; i < n->n_inputs; i++) {
            if (!n->inputs[i] || n->inputs[i]->constant) continue;
            span *at = &spans[root_of(s, n->inputs[i], NULL)->id];
            if (at->last < position[n->id]) at->last = position[n->id];
        }
        for (int i = 0; i < n->n_regions; i++) find_spans(s, n->regions[i], position, spans);
    }
    for (int i = 0; i < r->n_outputs; i++)
        if (!r->outputs[i]->constant) spans[root_of(s, r->outputs[i], NULL)->id].external = true;
}

static bool reads_at_same_position(const node *n, int input) {
    if (n->op == OP_fused || (op_of(n->op)->props & PROP_ELEMENTWISE)) return true;
    return n->epilogue && input >= n->n_core_inputs;
}

static void place_in_place(placing *s, const region *r, const int *position, span *spans) {
    for (const node *n = r->first; n; n = n->next) {
        for (int i = 0; i < n->n_regions; i++) place_in_place(s, n->regions[i], position, spans);
        const value *out = n->n_outputs == 1 ? n->outputs[0] : NULL;
        if (!out || root_of(s, out, NULL) != out || spans[out->id].external || n->n_regions) continue;
        for (int i = 0; i < n->n_inputs; i++) {
            const value *in = n->inputs[i];
            if (!in || in->constant || !reads_at_same_position(n, i) || !type_equal(&in->type, &out->type)) continue;
            const value *root = root_of(s, in, NULL);
            bool dies = spans[root->id].last == position[n->id] && !spans[root->id].external && !s->pinned[root->id];
            bool whole = storage_bytes(&root->type) == storage_bytes(&out->type) && root->parent == r;
            for (int k = 0; k < n->n_inputs && dies; k++)
                if (k != i && n->inputs[k] && !n->inputs[k]->constant && root_of(s, n->inputs[k], NULL) == root) dies = false;
            if (!dies || !whole) continue;
            hang(s, out, root, 0);
            spans[root->id].last = spans[out->id].last;
            break;
        }
    }
}

/* ---- buffers ---- */

static buffer *buffer_new(plan *p, memory where, int64_t size) {
    buffer *b = ARENA_NEW(p->arena, buffer);
    b->where = where;
    b->size = size;
    b->first = b->last = -1;
    if ((p->n_buffers & (p->n_buffers - 1)) == 0) {
        buffer **more = ARENA_ARRAY(p->arena, buffer *, p->n_buffers ? 2 * p->n_buffers : 1);
        if (p->n_buffers) memcpy(more, p->buffers, sizeof *more * (size_t)p->n_buffers);
        p->buffers = more;
    }
    p->buffers[p->n_buffers++] = b;
    return b;
}

buffer *plan_buffer(plan *p, memory where, int64_t size) { return buffer_new(p, where, size); }

/* Kernels on bytes read whole vectors of 64, beyond the last pixel. */
static int64_t slack(const value_type *t) { return t->layout.kind == LAYOUT_C16 && t->elem == DT_U8 ? 64 : 0; }

static void give_buffer(placing *s, const value *v) {
    if (!v || v->constant) return;
    int64_t offset;
    const value *root = root_of(s, v, &offset);
    location *at = &s->plan->locations[root->id];
    if (!at->buffer) at->buffer = buffer_new(s->plan, MEMORY_ARENA, storage_bytes(&root->type) + slack(&root->type));
    s->plan->locations[v->id] = (location){.buffer = at->buffer, .offset = offset};
}

static void give_buffers(placing *s, const region *r) {
    for (int i = 0; i < r->n_inputs; i++) give_buffer(s, r->inputs[i]);
    for (const node *n = r->first; n; n = n->next) {
        for (int i = 0; i < n->n_outputs; i++) give_buffer(s, n->outputs[i]);
        for (int i = 0; i < n->n_regions; i++) give_buffers(s, n->regions[i]);
    }
}

static void give_output_buffers(placing *s, const region *body) {
    for (int i = 0; i < body->n_outputs; i++) {
        const value *v = body->outputs[i];
        if (v->constant) continue;
        const value *root = root_of(s, v, NULL);
        location *at = &s->plan->locations[root->id];
        if (at->buffer || storage_bytes(&root->type) != storage_bytes(&v->type)) continue; /* copied at the end */
        at->buffer = buffer_new(s->plan, MEMORY_OUTPUT, storage_bytes(&v->type));
        at->buffer->index = i;
    }
}

/* Shape inference bounds the elements; blocks of 16 channels and halos come on top. */
static bool check_storage(const plan *p, const region *r) {
    for (const node *n = r->first; n; n = n->next) {
        for (int i = 0; i < n->n_outputs; i++)
            if (n->outputs[i] && padded_count(&n->outputs[i]->type) >= PLAN_MAX_BYTES / 8)
                return node_error(p->diags, n, "give the model's inputs smaller shapes", "takes too much memory for output %d", i);
        for (int i = 0; i < n->n_regions; i++)
            if (!check_storage(p, n->regions[i])) return false;
    }
    return true;
}

bool locations_assign(plan *p) {
    const graph *g = p->graph;
    if (!check_storage(p, g->body)) return false;
    placing s = {.plan = p,
                 .places = ARENA_ARRAY(p->arena, place, g->next_value),
                 .pinned = ARENA_ARRAY(p->arena, bool, g->next_value)};
    p->locations = ARENA_ARRAY(p->arena, location, g->next_value);
    const region *body = g->body;
    for (int i = 0; i < body->n_inputs; i++) {
        const value *v = body->inputs[i];
        s.pinned[v->id] = true;
        p->locations[v->id].buffer = buffer_new(p, MEMORY_INPUT, storage_bytes(&v->type));
        p->locations[v->id].buffer->index = i;
    }
    place_views(&s, body);
    place_branch_results(&s, body);
    place_concats(&s, body);
    int *position = ARENA_ARRAY(p->arena, int, g->next_node);
    span *spans = ARENA_ARRAY(p->arena, span, g->next_value);
    number_nodes(body, position, 1);
    find_spans(&s, body, position, spans);
    place_in_place(&s, body, position, spans);
    give_output_buffers(&s, body);
    give_buffers(&s, body);
    return true;
}
