#include "frontend/weights/match.h"

#include "ir/names.h"

#include <string.h>

/* ---- the rules: what other frameworks, wrappers and versions call the same thing ---- */

typedef enum place {
    FIRST, /* begins the name, maybe behind others that do */
    LAYER, /* is the whole name but for its last part */
    INSIDE,
    LAST,
} place;

typedef struct rule {
    place where;
    const char *theirs, *ours; /* parts of dotted names; ours NULL: left out */
} rule;

static const rule rules[] = {
    /* wrappers: DataParallel, torch.compile, Lightning, checkpoints saved whole, EMA */
    {FIRST, "module", NULL},
    {FIRST, "_orig_mod", NULL},
    {FIRST, "state_dict", NULL},
    {FIRST, "model", NULL},
    {FIRST, "net", NULL},
    {FIRST, "backbone", NULL},
    {FIRST, "ema", NULL},
    /* the classifier: timm and its legacy models, torchvision's networks with dropout before it */
    {FIRST, "pre_logits.fc1", "classifier.0"},
    {FIRST, "pre_logits.fc2", "classifier.3"},
    {LAYER, "head", "fc"},
    {LAYER, "head.fc", "fc"},
    {LAYER, "last_linear", "fc"},
    {LAYER, "linear", "fc"},
    {LAYER, "classifier", "fc"},
    {LAYER, "classifier.1", "fc"},
    {LAYER, "classifier.6", "fc"},
    /* DenseNet before torchvision 0.3 */
    {INSIDE, "norm.1", "norm1"},
    {INSIDE, "norm.2", "norm2"},
    {INSIDE, "conv.1", "conv1"},
    {INSIDE, "conv.2", "conv2"},
    /* squeeze and excitation */
    {INSIDE, "se_module", "se"},
    {INSIDE, "se_layer", "se"},
    /* the shortcut of a residual block */
    {INSIDE, "shortcut", "downsample"},
    {INSIDE, "skip", "downsample"},
    /* batch normalization of Keras and ONNX */
    {LAST, "gamma", "weight"},
    {LAST, "scale", "weight"},
    {LAST, "beta", "bias"},
    {LAST, "moving_mean", "running_mean"},
    {LAST, "mean", "running_mean"},
    {LAST, "moving_variance", "running_var"},
    {LAST, "variance", "running_var"},
    {LAST, "var", "running_var"},
};

/* Entries that no network misses: counters of training and profilers, and heads that only training needs, as long as
 * the network has nothing of that name. */
static const rule needless[] = {
    {LAST, "num_batches_tracked", NULL}, {LAST, "n_averaged", NULL}, {LAST, "total_ops", NULL}, {LAST, "total_params", NULL},
    {FIRST, "aux", NULL},                {FIRST, "aux1", NULL},      {FIRST, "aux2", NULL},     {FIRST, "AuxLogits", NULL},
    {FIRST, "aux_classifier", NULL},
};

#define COUNT(table) ((int)(sizeof(table) / sizeof *(table)))

static bool ends_part(char c) { return c == '.' || c == '\0'; }

/* Whether what follows the parts, "" or ".weight", lets them be where the rule wants them. */
static bool stands_well(place where, const char *rest) {
    switch (where) {
    case FIRST: return *rest;
    case LAYER: return *rest && !strchr(rest + 1, '.');
    case LAST: return !*rest;
    default: return true;
    }
}

/* The place of the rule's parts in `name`, whole parts only; NULL: nowhere. */
static const char *find_parts(const char *name, const rule *r) {
    size_t n = strlen(r->theirs);
    for (const char *s = name;; s++) {
        bool found = !strncmp(s, r->theirs, n) && ends_part(s[n]);
        if (found && stands_well(r->where, s + n)) return s;
        if (r->where == FIRST || r->where == LAYER || !(s = strchr(s, '.'))) return NULL;
    }
}

/* NULL when the rule does not apply. */
static const char *apply(const rule *r, const char *name, arena *a) {
    const char *at = find_parts(name, r);
    if (!at) return NULL;
    const char *rest = at + strlen(r->theirs);
    if (r->ours) return arena_printf(a, "%.*s%s%s", (int)(at - name), name, r->ours, rest);
    return rest + 1; /* only of first parts */
}

/* The same for all names of one thing. */
static const char *canonical(const char *name, arena *a) {
    for (int i = 0; i < COUNT(rules); i++) {
        const char *changed = apply(&rules[i], name, a);
        if (!changed) continue;
        name = changed;
        if (!rules[i].ours) i = -1; /* wrappers come in any order */
    }
    return name;
}

static bool is_needless(const char *name, const parameter *p, int n, arena *a) {
    name = canonical(name, a);
    for (int i = 0; i < COUNT(needless); i++) {
        if (!find_parts(name, &needless[i])) continue;
        bool ours = false;
        for (int k = 0; k < n && !ours; k++) ours = find_parts(p[k].name, &needless[i]) != NULL;
        return !ours;
    }
    return false;
}

/* ---- matching ---- */

static void match_names(const parameter *p, int n, const archive *f, matching *m) {
    names entries = {.arena = f->arena};
    for (int i = 0; i < f->n; i++) names_add(&entries, f->entries[i].name, &f->entries[i]);
    for (int i = 0; i < n; i++) {
        void *e;
        if (!names_find(&entries, p[i].name, &e)) continue;
        m->found[i] = e;
        m->used[m->found[i] - f->entries] = true;
    }
}

/* What one canonical name stands for. More than one thing on either side: it says nothing. */
typedef struct alias {
    archive_entry *entry;
    int entries, parameters;
} alias;

static void add_alias(names *aliases, archive_entry *e) {
    const char *name = canonical(e->name, aliases->arena);
    void *known;
    if (!names_find(aliases, name, &known)) names_add(aliases, name, known = ARENA_NEW(aliases->arena, alias));
    alias *l = known;
    l->entry = e;
    l->entries++;
}

static void match_aliases(const parameter *p, int n, const archive *f, matching *m) {
    names aliases = {.arena = f->arena};
    alias **of = ARENA_ARRAY(f->arena, alias *, n);
    for (int i = 0; i < f->n; i++)
        if (!m->used[i]) add_alias(&aliases, &f->entries[i]);
    for (int i = 0; i < n; i++) {
        void *found;
        if (m->found[i] || !names_find(&aliases, canonical(p[i].name, f->arena), &found)) continue;
        of[i] = found;
        of[i]->parameters++;
    }
    for (int i = 0; i < n; i++) {
        if (!of[i] || of[i]->entries > 1 || of[i]->parameters > 1) continue;
        m->found[i] = of[i]->entry;
        m->used[of[i]->entry - f->entries] = true;
    }
}

matching match_entries(const parameter *p, int n, const archive *f) {
    matching m = {.found = ARENA_ARRAY(f->arena, archive_entry *, n), .used = ARENA_ARRAY(f->arena, bool, f->n)};
    match_names(p, n, f, &m);
    match_aliases(p, n, f, &m);
    for (int i = 0; i < f->n; i++) m.used[i] = m.used[i] || is_needless(f->entries[i].name, p, n, f->arena);
    return m;
}

/* ---- shapes ---- */

/* The next axis of a size other than 1, from `axis` on. */
static int next_axis(const value_type *t, int axis) {
    while (axis < t->rank && type_size(t, axis) == 1) axis++;
    return axis;
}

static bool same_but_for_ones(const value_type *x, const value_type *y) {
    int i = next_axis(x, 0), j = next_axis(y, 0);
    for (; i < x->rank && j < y->rank; i = next_axis(x, i + 1), j = next_axis(y, j + 1))
        if (type_size(x, i) != type_size(y, j)) return false;
    return i == x->rank && j == y->rank;
}

/* [out, in * h * w] and [out, in, h, w] */
static bool dense_and_convolution(const value_type *x, const value_type *y) {
    if (x->rank > y->rank) return dense_and_convolution(y, x);
    return x->rank == 2 && y->rank > 2 && type_size(x, 0) == type_size(y, 0) && type_count(x) == type_count(y);
}

bool match_shape(const value_type *ours, const value_type *theirs) {
    return same_but_for_ones(ours, theirs) || dense_and_convolution(ours, theirs);
}
