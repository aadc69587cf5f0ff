/* Open dimensions: parameters of the emitted functions, and the sizes that follow from them. */
#include "backend/emit/emit.h"
#include "ir/names.h"

#include <string.h>

struct size_table {
    const emission *e;
    dim *dims;
    const char **names;
    int n, capacity;
    text declared;
    names *taken;
};

/* Names of the functions' own that a dimension must not take. */
static const char *const taken[] = {"in",   "out",     "inputs",  "outputs", "workspace", "weights", "batch", "parallel", "how",   "pool", "storage",
                                    "seconds", "slice",   "budget",  "fresh",     "arena", "sizes",   "status",  "clock",     "s",       "i",     "from",     "to",    "given"};
enum { TAKEN = sizeof taken / sizeof *taken };

void emit_name_open_dims(emission *e) {
    const graph *g = e->plan->graph;
    const symbol **open = ARENA_ARRAY(e->arena, const symbol *, g->n_symbols);
    e->open_fields = ARENA_ARRAY(e->arena, char *, g->n_symbols);
    e->open_names = names_new(e->arena, NULL);
    for (int i = 0; i < TAKEN; i++) identifier_unique(e->open_names, taken[i]);
    for (int i = 0; i < g->n_symbols; i++) {
        if (!g->symbols[i]->open) continue;
        e->open_fields[e->n_open] = identifier_unique(e->open_names, g->symbols[i]->name);
        open[e->n_open++] = g->symbols[i];
    }
    e->open = open;
}

static const char *listed(const emission *e, const char *before) {
    const char *list = "";
    for (int i = 0; i < e->n_open; i++) list = arena_printf(e->arena, "%s, %s%s", list, before, e->open_fields[i]);
    return list;
}

const char *emit_open_parameters(const emission *e) { return listed(e, "int64_t "); }
const char *emit_open_arguments(const emission *e) { return listed(e, ""); }

static const char *field_of(const emission *e, const symbol *s) {
    int i = 0;
    while (i < e->n_open - 1 && e->open[i] != s) i++;
    return e->open_fields[i];
}

static const char *part_text(const emission *e, const symbol *s, int64_t times, int64_t by) {
    const char *part = field_of(e, s);
    if (times == 1 && by == 1) return part;
    if (by != 1) part = arena_printf(e->arena, "%s / %lld", part, (long long)by);
    if (times != 1) part = arena_printf(e->arena, "%s * %lld", part, (long long)times);
    return arena_printf(e->arena, "(%s)", part);
}

/* ---- sizes by name ---- */

size_table *sizes_new(const emission *e) {
    size_table *t = ARENA_NEW(e->arena, size_table);
    t->e = e;
    t->declared.arena = e->arena;
    t->taken = names_new(e->arena, e->open_names);
    return t;
}

const char *sizes_declared(const size_table *t) { return t->declared.bytes ? t->declared.bytes : ""; }

/* With the names of what is in the table already, and more for what would be written twice; t may be NULL. C's division rounds
 * towards 0, not down. */
static const char *size_text(const emission *e, size_table *t, const dim_expr *x) {
    static const char signs[] = {[DIM_ADD] = '+', [DIM_MUL] = '*', [DIM_FLOORDIV] = '/', [DIM_MOD] = '%'};
    for (int i = 0; t && i < t->n; i++)
        if (dim_equal(t->dims[i], (dim){.expr = x})) return t->names[i];
    if (x->op == DIM_NUMBER) return arena_printf(e->arena, "%lld", (long long)x->number);
    int64_t times, by;
    const symbol *part = dim_part((dim){.expr = x}, &times, &by);
    if (part) return part_text(e, part, times, by);
    const bool below = x->op == DIM_FLOORDIV && !dim_reaches((dim){.expr = x->a}, 0), twice = x->op == DIM_MAX || x->op == DIM_MIN || below;
    const char *a = twice && t ? size_name(t, (dim){.expr = x->a}) : size_text(e, t, x->a), *b = twice && t ? size_name(t, (dim){.expr = x->b}) : size_text(e, t, x->b);
    if (below) return arena_printf(e->arena, "(%s / %s - (%s %% %s < 0))", a, b, a, b);
    if (twice) return arena_printf(e->arena, "(%s %c %s ? %s : %s)", a, x->op == DIM_MAX ? '>' : '<', b, a, b);
    if (x->op == DIM_ADD && x->b->op == DIM_NUMBER && x->b->number < 0) return arena_printf(e->arena, "(%s - %lld)", a, -(long long)x->b->number);
    if (x->op == DIM_MOD && dim_least((dim){.expr = x->a}) < 0) a = arena_printf(e->arena, "(%s %% %s + %s)", a, b, b);
    return arena_printf(e->arena, "(%s %c %s)", a, signs[x->op], b);
}

static const char *without_parentheses(arena *a, const char *s) { return *s == '(' ? arena_strndup(a, s + 1, strlen(s) - 2) : s; }

const char *size_name(size_table *t, dim d) {
    arena *a = t->e->arena;
    if (!d.expr) return arena_printf(a, "%lld", (long long)d.size);
    const char *s = size_text(t->e, t, d.expr);
    if (*s != '(') return s;
    if (t->n == t->capacity) {
        int more = t->capacity ? 2 * t->capacity : 16;
        t->dims = t->n ? memcpy(ARENA_ARRAY(a, dim, more), t->dims, sizeof *t->dims * (size_t)t->n) : ARENA_ARRAY(a, dim, more);
        t->names = t->n ? memcpy(ARENA_ARRAY(a, char *, more), t->names, sizeof *t->names * (size_t)t->n) : (void *)ARENA_ARRAY(a, char *, more);
        t->capacity = more;
    }
    const char *name = identifier_unique(t->taken, arena_printf(a, "size%d", t->n + 1));
    text_printf(&t->declared, "    const ptrdiff_t %s = %s;\n", name, without_parentheses(a, s));
    t->dims[t->n] = d;
    t->names[t->n++] = name;
    return name;
}

const char *emit_size(const emission *e, dim d) { return d.expr ? size_text(e, NULL, d.expr) : arena_printf(e->arena, "%lld", (long long)d.size); }

/* ---- the interface ---- */

void emit_tensor_bytes(const emission *e, const value_type *t, text *out) {
    int64_t known = 1;
    const char *open = "";
    for (int k = 0; t && k < t->rank; k++) {
        if (t->dims[k].expr) open = arena_printf(e->arena, "%s * (size_t)%s", open, size_text(e, NULL, t->dims[k].expr));
        else known *= t->dims[k].size;
    }
    text_printf(out, "%lld%s", t ? (long long)stored_bytes(t->elem, known) : 0LL, open);
}

void emit_open_check(const emission *e, text *out) {
    for (int i = 0; i < e->n_open; i++) {
        const char *name = e->open_fields[i], *upper = emit_upper_case(e->arena, name);
        text_printf(out, "    if (%s < %s_SIZE_%s_MIN || %s > %s_SIZE_%s_MAX", name, e->upper, upper, name, e->upper, upper);
        if (e->open[i]->multiple > 1) text_printf(out, " || %s %% %s_SIZE_%s_MULTIPLE != 0", name, e->upper, upper);
        text_put(out, ") return 6;\n");
    }
}

void emit_open_dims(const emission *e, text *out) {
    if (!e->n_open) return;
    text_put(out, "\n/* Open dimensions: functions that run the network take them as");
    for (int i = 0; i < e->n_open; i++) text_printf(out, "%s `%s`", i ? i == e->n_open - 1 ? " and" : "," : "", e->open_fields[i]);
    bool multiples = false;
    for (int i = 0; i < e->n_open; i++) multiples = multiples || e->open[i]->multiple > 1;
    text_printf(out, ". Out of\n * their bounds%s they return 6 and touch nothing. Types below name them; sizes in numbers are the largest. */\n",
                multiples ? ", or no multiple of their MULTIPLE," : "");
    for (int i = 0; i < e->n_open; i++) {
        const char *upper = emit_upper_case(e->arena, e->open_fields[i]);
        text_printf(out, "#define %s_SIZE_%s_MIN %lld\n#define %s_SIZE_%s_MAX %lld\n", e->upper, upper, (long long)e->open[i]->min, e->upper, upper,
                    (long long)e->open[i]->max);
        if (e->open[i]->multiple > 1) text_printf(out, "#define %s_SIZE_%s_MULTIPLE %lld\n", e->upper, upper, (long long)e->open[i]->multiple);
    }
}
