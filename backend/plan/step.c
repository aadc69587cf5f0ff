/* What kernel families use to describe their operands. */
#include "backend/plan/plan.h"
#include "ir/names.h"

#include <string.h>

/* A plane of an open size has room for the largest. Smaller ones lie at the beginning of it, and where it is a multiple of
 * a large power of two, as sizes like 512 make it, all in the same few sets of the caches. So the room is extended to a
 * golden section of the sets, of which the multiples are spread evenly, however many there are. */
int64_t plane_pitch(const value_type *t) {
    enum { SETS = 1024 /* of an L2 cache; an L1 cache has fewer */ };
    const layout *l = &t->layout;
    int64_t pixels = WORK(l->top + type_size(t, 2) + l->bottom, l->left + type_size(t, 3) + l->right), sets = 64;
    if (type_is_static(t)) return WORK(pixels, C16);
    while (sets < SETS && 2 * sets <= pixels) sets *= 2;
    int64_t golden = sets * 618 / 1000 | 1, beyond = pixels % sets;
    return WORK(pixels + (beyond <= golden ? golden : golden + sets) - beyond, C16);
}

static operand operand_describe(const value_type *t, const value *v, buffer *b, int64_t offset) {
    operand o = {.buffer = b, .offset = offset, .elem = type_stored(t), .rank = t->rank, .layout = t->layout, .value = v};
    for (int i = 0; i < t->rank; i++) o.dims[i] = t->dims[i].size;
    if (t->layout.kind == LAYOUT_C16) {
        const layout *l = &t->layout;
        o.row = (l->left + o.dims[3] + l->right) * C16;
        o.block = plane_pitch(t);
        o.batch = (o.dims[1] + C16 - 1) / C16 * o.block;
        o.origin = l->top * o.row + l->left * C16;
    }
    return o;
}

operand plan_operand(const plan *p, const value *v) {
    const location *at = &p->locations[v->id];
    return operand_describe(&v->type, v, at->buffer, at->offset);
}

bool operand_is_flat(const operand *o) {
    const layout *l = &o->layout;
    return l->kind != LAYOUT_C16 || !(l->top || l->left || l->bottom || l->right);
}

number operand_size(const operand *o, int axis) { return o->open[axis] ? number_open(o->open[axis]) : number_known(o->dims[axis]); }

number operand_row(const operand *o) { return o->open_row ? number_open(o->open_row) : number_known(o->row); }

number operand_origin(arena *a, const operand *o) {
    return number_add(a, number_mul(a, operand_row(o), number_known(o->layout.top)), number_known(o->layout.left * C16));
}

number operand_count(arena *a, const operand *o, int from, int to) {
    number count = number_known(1);
    for (int k = to - 1; k >= from; k--) count = number_mul(a, operand_size(o, k), count);
    return count;
}

int64_t stored_bytes(dtype t, int64_t count) { return t == DT_STRING ? STRING_SLOT * count : (int64_t)dtype_bytes(t, count); }

bool strings_to_slots(const ir_string *s, int64_t count, void *slots) {
    bool fit = true;
    for (int64_t i = 0; i < count; i++) {
        char *slot = (char *)slots + i * STRING_SLOT;
        const size_t room = STRING_SLOT - sizeof(uint32_t);
        uint32_t size = (uint32_t)(s[i].size < room ? s[i].size : room);
        memcpy(slot, &size, sizeof size);
        memset(slot + sizeof size, 0, room);
        if (size) memcpy(slot + sizeof size, s[i].bytes, size);
        fit = fit && s[i].size <= room;
    }
    return fit;
}

static void write_row_major(const packed *k, void *to) {
    int64_t count = type_count(&k->source->type);
    if (k->source->type.elem == DT_STRING) strings_to_slots(k->source->data, count, to);
    else memcpy(to, k->source->data, dtype_bytes(k->elem, k->count));
}

static buffer *packed_buffer(plan *p, packed k) {
    int64_t bytes = (int64_t)dtype_bytes(k.elem, k.count);
    const char *contents = arena_printf(p->arena, "%p %lld %s", (const void *)k.source, (long long)bytes, k.form);
    void *known;
    if (names_find(p->packed, contents, &known)) return known;
    buffer *b = plan_buffer(p, MEMORY_CONSTANT, bytes);
    b->packed = arena_copy(p->arena, &k, sizeof k);
    b->index = p->n_constants++;
    names_add(p->packed, contents, b);
    return b;
}

/* The name that a row-major operand of the step has for this size, so that kernels see which sizes are equal; or NULL. */
static const char *known_size(const step *s, dim size) {
    for (int side = 0; side < 2; side++)
        for (int i = 0; i < (side ? s->n_out : s->n_in); i++) {
            const operand *o = side ? &s->out[i] : &s->in[i];
            for (int k = 0; k < o->rank && o->layout.kind == LAYOUT_ROW_MAJOR; k++)
                if (o->open[k] && dim_equal(o->value->type.dims[k], size)) return o->open[k];
        }
    return NULL;
}

/* Images have height and width; other axes are numbered. */
static void name_open_sizes(plan *p, const step *s, operand *o, const char *name) {
    const value_type *t = &o->value->type;
    for (int k = 0; k < t->rank; k++) {
        if (!dim_is_open(t->dims[k])) continue;
        if (t->layout.kind == LAYOUT_ROW_MAJOR && (o->open[k] = known_size(s, t->dims[k]))) continue;
        bool image = t->rank == 4 && k >= 2;
        o->open[k] = image ? arena_printf(p->arena, "%s_%c", name, k == 2 ? 'h' : 'w') : arena_printf(p->arena, "%s_size%d", name, k);
    }
    if (t->layout.kind == LAYOUT_C16 && o->open[3]) o->open_row = arena_printf(p->arena, "%s_row", name);
}

number step_size(plan *p, step *s, dim size) {
    if (dim_is_number(size)) return number_known(size.size);
    const char *known = known_size(s, size);
    for (int i = 0; i < s->n_sizes && !known; i++)
        if (dim_equal(s->sizes[i], size)) known = s->size_names[i];
    if (known) return number_open(known);
    if (!s->sizes) s->sizes = ARENA_ARRAY(p->arena, dim, 2 * IR_MAX_RANK), s->size_names = (const char **)ARENA_ARRAY(p->arena, char *, 2 * IR_MAX_RANK);
    s->sizes[s->n_sizes] = size;
    s->size_names[s->n_sizes] = arena_printf(p->arena, "size%d", s->n_sizes);
    return number_open(s->size_names[s->n_sizes++]);
}

static int append(plan *p, step *s, bool output, operand o) {
    operand **list = output ? &s->out : &s->in;
    int *n = output ? &s->n_out : &s->n_in;
    if (!*n || (*n >= 4 && (*n & (*n - 1)) == 0)) { /* room for 4, 8, 16… */
        operand *more = ARENA_ARRAY(p->arena, operand, *n ? 2 * *n : 4);
        if (*n) memcpy(more, *list, sizeof *more * (size_t)*n);
        *list = more;
    }
    if (o.value && !o.value->constant) name_open_sizes(p, s, &o, arena_printf(p->arena, "%c%d", output ? 'y' : 'x', *n));
    (*list)[*n] = o;
    return (*n)++;
}

void step_name_sizes(plan *p, step *s) {
    for (int side = 0; side < 2; side++)
        for (int i = 0; i < (side ? s->n_out : s->n_in); i++) {
            operand *o = side ? &s->out[i] : &s->in[i];
            if (o->value && !o->value->constant) name_open_sizes(p, s, o, arena_printf(p->arena, "%c%d", side ? 'y' : 'x', i));
        }
}

int step_add_packed(plan *p, step *s, packed k) {
    buffer *b = packed_buffer(p, k);
    operand o = {.buffer = b, .elem = k.elem, .rank = 1, .dims = {k.count}};
    return append(p, s, false, o);
}

int step_add_input(plan *p, step *s, const value *v) {
    if (!v->constant) return append(p, s, false, plan_operand(p, v));
    bool strings = v->type.elem == DT_STRING;
    int64_t count = type_count(&v->type);
    packed k = {.source = v->constant, .form = "row-major", .elem = strings ? DT_U8 : v->type.elem, .count = strings ? stored_bytes(DT_STRING, count) : count, .write = write_row_major};
    return append(p, s, false, operand_describe(&v->type, v, packed_buffer(p, k), 0));
}

int step_add_output(plan *p, step *s, const value *v) { return append(p, s, true, plan_operand(p, v)); }

/* Where sizes are open, that of all steps lies in one place: between tensors that have room for the largest size, each would
 * have memory of its own, which no cache holds when its step begins. */
static buffer *scratch_buffer(plan *p, const step *s, int64_t bytes) {
    bool shared = graph_has_open_symbols(p->graph);
    for (int i = 0; i < s->n_out; i++)
        if (s->out[i].buffer == p->scratch) shared = false; /* its second one */
    if (!shared || !p->scratch) {
        buffer *b = plan_buffer(p, MEMORY_ARENA, bytes);
        if (shared) p->scratch = b;
        return b;
    }
    if (p->scratch->size < bytes) p->scratch->size = bytes;
    return p->scratch;
}

int step_add_scratch(plan *p, step *s, int64_t bytes) {
    buffer *b = scratch_buffer(p, s, bytes);
    operand o = {.buffer = b, .elem = DT_U8, .rank = 1, .dims = {bytes}};
    return append(p, s, true, o);
}

int step_add_status(plan *p, step *s) {
    if (!p->status) p->status = plan_buffer(p, MEMORY_ARENA, 64);
    operand o = {.buffer = p->status, .elem = DT_I32, .rank = 0};
    return append(p, s, true, o);
}

void step_add_node(plan *p, step *s, const node *n) {
    for (int i = 0; i < n->n_inputs; i++) s->input_operand[i] = n->inputs[i] ? step_add_input(p, s, n->inputs[i]) : -1;
    for (int i = 0; i < n->n_outputs; i++)
        if (n->outputs[i]) step_add_output(p, s, n->outputs[i]);
}

int64_t work_product(int n, const int64_t *counts) {
    int64_t product = 1;
    bool fits = true;
    for (int i = 0; i < n; i++) {
        if (!counts[i]) return 0;
        fits = fits && !__builtin_mul_overflow(product, counts[i], &product);
    }
    return fits ? product : INT64_MAX;
}

int64_t operand_room(const operand *o) { return o->loop ? o->pitch : o->buffer->size - o->offset; }

bool plan_decided_for(const plan *p, int i) { return p->targets[i] == p->machine; }

int plan_target_index(const plan *p, const target *t) {
    int i = 0;
    while (p->targets[i] != t) i++;
    return i;
}

void step_set_open_extent(step *s, number extent) {
    for (int i = 0; i < TARGET_MAX; i++) s->extent[i] = extent;
}

void step_set_extent_before(plan *p, step *s, int axis) {
    const operand *y = &s->out[0];
    number extent = number_known(1);
    for (int k = 0; k < axis; k++) {
        const bool blocks = k == 1 && y->layout.kind == LAYOUT_C16;
        extent = number_mul(p->arena, extent, blocks ? number_known((y->dims[1] + C16 - 1) / C16) : operand_size(y, k));
    }
    step_set_open_extent(s, extent);
    s->whole = axis;
}

bool step_always_constant_time(const step *s) { return s; }

void step_set_extent(step *s, int64_t extent) { step_set_open_extent(s, number_known(extent)); }
