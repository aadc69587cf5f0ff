#include "backend/schedule/schedule.h"

#include <string.h>

#define FAMILY(name) extern const kernel_family kernel_##name;
#include "backend/schedule/families.def"
#undef FAMILY

static const kernel_family *const families[] = {
#define FAMILY(name) &kernel_##name,
#include "backend/schedule/families.def"
#undef FAMILY
    NULL,
};

const char *const accuracy_names[] = {[ACCURACY_STRICT] = "strict", [ACCURACY_BALANCED] = "balanced", [ACCURACY_FAST] = "fast"};

/* ---- candidates ---- */

static bool is_listed(const candidate_list *l, const char *name) {
    for (int i = 0; i < l->n; i++)
        if (!strcmp(l->items[i].name, name)) return true;
    return false;
}

void candidate_add(candidate_list *l, double microseconds, const char *refused, const void *decisions, size_t size, const char *format, ...) {
    char parameters[160];
    va_list args;
    va_start(args, format);
    vsnprintf(parameters, sizeof parameters, format, args);
    va_end(args);
    const char *name = arena_printf(l->arena, "%s %s", l->family->name, parameters);
    if (is_listed(l, name)) return;
    if (l->n == l->capacity) {
        l->capacity = l->capacity ? 2 * l->capacity : 32;
        candidate *more = ARENA_ARRAY(l->arena, candidate, l->capacity);
        if (l->n) memcpy(more, l->items, sizeof *more * (size_t)l->n);
        l->items = more;
    }
    l->items[l->n++] = (candidate){l->family, name, microseconds, refused, arena_copy(l->arena, decisions, size)};
}

static bool goes_before(const candidate *x, const candidate *y) {
    if (!x->refused != !y->refused) return !x->refused;
    return x->microseconds < y->microseconds;
}

const char *schedule_refusal(const plan *p, double bound) {
    if (p->options.accuracy == ACCURACY_STRICT) return "not admitted by strict";
    if (p->options.max_error > 0 && bound > p->options.max_error) return arena_printf(p->arena, "its bound of %.1e is above --max-error", bound);
    return NULL;
}

/* Cheapest first, refused ones last; of equals the one listed first. */
static void sort(const candidate_list *l) {
    for (int i = 1; i < l->n; i++) {
        candidate c = l->items[i];
        int at = i;
        for (; at > 0 && goes_before(&c, &l->items[at - 1]); at--) l->items[at] = l->items[at - 1];
        l->items[at] = c;
    }
}

/* ---- the choice among them ---- */

static bool is_open(const value *v) { return v && !type_is_static(&v->type); }

/* Along one of the first two axes, which hold images and channels. */
static bool counts_openly(const value *v) {
    bool open = false;
    for (int k = 0; v && k < v->type.rank && k < 2; k++) open = open || !dim_is_number(v->type.dims[k]);
    return open;
}

static open_axes open_axes_of(const node *n) {
    open_axes axes = schedule_is_open(n) ? OPEN_PLANES : OPEN_NONE;
    for (int i = 0; i < n->n_inputs; i++)
        if (counts_openly(n->inputs[i])) axes = OPEN_ANY;
    for (int i = 0; i < n->n_outputs; i++)
        if (counts_openly(n->outputs[i])) axes = OPEN_ANY;
    return axes;
}

static bool takes(const kernel_family *f, open_axes axes) { return !axes || f->open == OPEN_ANY || f->open == axes; }

bool schedule_is_open(const node *n) {
    bool open = false;
    for (int i = 0; i < n->n_inputs; i++) open = open || is_open(n->inputs[i]);
    for (int i = 0; i < n->n_outputs; i++) open = open || is_open(n->outputs[i]);
    return open;
}

/* Is its first input computed along with it? */
static bool is_joined(const plan *p, const node *n) {
    const value *x = n->n_inputs ? n->inputs[0] : NULL;
    return x && !x->constant && p->locations[x->id].passed;
}

/* The candidates of the first families that accept the node, until one comes that has only one way; that one where there
 * are none before. */
static const kernel_family *gather(const plan *p, const node *n, candidate_list *l) {
    const open_axes axes = open_axes_of(n);
    const bool joined = is_joined(p, n);
    for (const kernel_family *const *f = families; *f; f++) {
        if ((*f)->joins != joined || !takes(*f, axes) || !(*f)->accepts(n)) continue;
        if (!(*f)->list) return l->n ? NULL : *f;
        l->family = *f;
        (*f)->list(p, n, l);
    }
    return NULL;
}

static const candidate *find(const choice *c, const char *name) {
    for (int i = 0; name && i < c->n; i++)
        if (!c->candidates[i].refused && !strcmp(c->candidates[i].name, name)) return &c->candidates[i];
    return NULL;
}

static const choice *choose(const plan *p, const node *n, const candidate_list *l) {
    choice *c = ARENA_NEW(p->arena, choice);
    *c = (choice){.signature = schedule_signature(p, n), .candidates = l->items, .n = l->n};
    const advice *a = p->options.advice;
    if (a) c->taken = find(c, a->best(a, n, c->signature, &c->source));
    if (c->taken) return c;
    c->source = NULL;
    c->taken = &c->candidates[0];
    return c;
}

bool schedule_choose(const plan *p, const node *n, step *s) {
    candidate_list l = {.arena = p->arena};
    s->family = gather(p, n, &l);
    if (s->family || !l.n) return s->family;
    sort(&l);
    if (l.items[0].refused) return false;
    s->choice = choose(p, n, &l);
    s->family = s->choice->taken->family;
    return true;
}

/* ---- two nodes in one step ---- */

/* Of the cheapest candidate; 0 where there are none. */
static double least(const plan *p, const node *n) {
    candidate_list l = {.arena = p->arena};
    gather(p, n, &l);
    sort(&l);
    return l.n && !l.items[0].refused ? l.items[0].microseconds : 0;
}

static double least_joined(const plan *p, const node *n) {
    candidate_list l = {.arena = p->arena};
    for (const kernel_family *const *f = families; *f && !l.n; f++)
        if ((*f)->joins && (*f)->accepts(n)) l.family = *f, (*f)->list(p, n, &l);
    sort(&l);
    return l.n && !l.items[0].refused ? l.items[0].microseconds : 0;
}

/* Results that lie where an input of n does would be written before all of it is read. */
static bool overwrites(const plan *p, const node *n, const value *result) {
    for (int i = 0; i < n->n_inputs; i++) {
        const value *v = n->inputs[i];
        if (v && !v->constant && p->locations[v->id].buffer == p->locations[result->id].buffer) return true;
    }
    return false;
}

bool schedule_joins_user(const plan *p, const node *n) {
    const value *v = n->n_outputs == 1 ? n->outputs[0] : NULL;
    const node *user = v ? value_only_user(v) : NULL;
    if (!user || user->inputs[0] != v || user->n_outputs != 1 || p->options.slice || overwrites(p, n, user->outputs[0])) return false;
    const double together = least_joined(p, user);
    if (together <= 0) return false;
    const double bytes = (double)dtype_bytes(type_stored(&v->type), type_count(&v->type));
    return together < least(p, n) + least(p, user) + cost_microseconds(p->machine, cost_passing(p->machine, bytes));
}

const void *schedule_decisions(const step *s) { return s->choice ? s->choice->taken->parameters : NULL; }
