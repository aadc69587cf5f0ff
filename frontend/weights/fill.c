#include "frontend/weights/fill.h"

#include "frontend/weights/archive.h"
#include "frontend/weights/init.h"
#include "frontend/weights/match.h"
#include "frontend/weights/weights.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN = 20 }; /* of each kind of trouble, before only the number is told */

typedef struct filling {
    const parameter *parameters;
    int n;
    const weights_options *options;
    init_kind init;
    archive file;
    matching match;
    arena *arena;
    diagnostics *diags;
} filling;

static void set_data(const parameter *p, const void *data, const char *origin, arena *a) {
    constant *c = arena_copy(a, p->v->constant, sizeof *c);
    c->data = data;
    c->origin = origin;
    p->v->constant = c;
}

static const char *type_text(const value_type *t, arena *a) {
    char *bytes = NULL;
    size_t size;
    FILE *f = open_memstream(&bytes, &size);
    if (!f) return "?";
    type_print(f, t);
    fclose(f);
    const char *text = arena_strndup(a, bytes, size);
    free(bytes);
    return text;
}

/* ---- errors ---- */

/* Where the parameter was declared, if that is known. */
static bool parameter_error(const filling *w, const parameter *p, const char *hint, const char *message) {
    if (p->text) return diag_error_at(w->diags, p->text, p->at, hint, "%s", message);
    return diag_error(w->diags, "", hint, "%s", message);
}

static const char *nearest_entry(const filling *w, const char *name) {
    int best = (int)strlen(name) / 3;
    const char *nearest = NULL;
    for (int i = 0; i < w->file.n; i++) {
        if (w->match.used[i]) continue;
        int d = edit_distance(name, w->file.entries[i].name, best);
        if (d > best || (nearest && d == best)) continue;
        best = d;
        nearest = w->file.entries[i].name;
    }
    return nearest;
}

static void report_missing(const filling *w, const parameter *p) {
    const char *like = nearest_entry(w, p->name), *type = type_text(&p->v->type, w->arena);
    const char *hint = like ? arena_printf(w->arena, "the file has '%.200s', which nothing uses", like) : "--init he would draw what the file lacks";
    parameter_error(w, p, hint, arena_printf(w->arena, "%s has no '%.200s' %s", w->file.name, p->name, type));
}

static void report_misshapen(const filling *w, const parameter *p, const archive_entry *e) {
    const char *ours = type_text(&p->v->type, w->arena), *theirs = type_text(&e->type, w->arena);
    parameter_error(w, p, NULL, arena_printf(w->arena, "'%.200s' is %s here, %s in %s", p->name, ours, theirs, w->file.name));
}

static void report_rest(const filling *w, int count, const char *what) {
    if (count > SHOWN) diag_error(w->diags, w->file.name, NULL, "and %d more %s", count - SHOWN, what);
}

/* ---- from the file ---- */

static bool fits(const parameter *p, const archive_entry *e) {
    dtype_class kind = dtype_of(e->type.elem)->kind;
    return match_shape(&p->v->type, &e->type) && kind == dtype_of(p->v->type.elem)->kind;
}

/* As the parameter's own type: half precision widens, double rounds. */
static const void *converted(const void *from, dtype has, dtype wants, int64_t count, arena *a) {
    if (has == wants) return from;
    void *to = arena_alloc(a, dtype_bytes(wants, count));
    for (int64_t i = 0; i < count; i++) dtype_store_float(wants, to, i, dtype_load_float(has, from, i));
    return to;
}

static void read_entry(filling *w, const parameter *p, const archive_entry *e) {
    const void *data = archive_data(&w->file, e);
    if (!data) return; /* reported */
    int64_t count = type_count(&e->type);
    const char *origin = arena_printf(w->arena, "%s:%s", w->file.name, e->name);
    set_data(p, converted(data, e->type.elem, p->v->type.elem, count, w->arena), origin, w->arena);
}

static void fill_matched(filling *w) {
    int misshapen = 0;
    for (int i = 0; i < w->n; i++) {
        archive_entry *e = w->match.found[i];
        if (!e || !archive_describe(&w->file, e)) continue;
        if (fits(&w->parameters[i], e)) read_entry(w, &w->parameters[i], e);
        else if (misshapen++ < SHOWN) report_misshapen(w, &w->parameters[i], e);
    }
    report_rest(w, misshapen, "of other shapes or types");
}

static void report_unmatched(const filling *w) {
    const char *cure = "give this network's own file, or one without what it does not know";
    int missing = 0, left_over = 0;
    for (int i = 0; i < w->n && !w->init; i++)
        if (!w->match.found[i] && missing++ < SHOWN) report_missing(w, &w->parameters[i]);
    report_rest(w, missing, "missing");
    for (int i = 0; i < w->file.n; i++)
        if (!w->match.used[i] && left_over++ < SHOWN)
            diag_error(w->diags, archive_place(&w->file, &w->file.entries[i]), left_over == 1 ? cure : NULL, "is no parameter of this network");
    report_rest(w, left_over, "that are no parameters of this network");
}

static void fill_from_file(filling *w, bool opened) {
    if (opened) {
        w->match = match_entries(w->parameters, w->n, &w->file);
        fill_matched(w);
        report_unmatched(w);
    }
    archive_close(&w->file);
}

/* ---- all of it ---- */

static bool check_options(filling *w) {
    const weights_options *o = w->options;
    w->init = o->init ? init_find(o->init) : INIT_NONE;
    if (o->init && !w->init) return diag_error(w->diags, "--init", "he, xavier or msra", "there is no '%.60s'", o->init);
    if (o->path || o->init || !w->n) return true;
    return diag_error(w->diags, "", "give --weights FILE.npz, .safetensors or .onnx, or --init he for random ones",
                      "the network has %d parameters without values", w->n);
}

bool weights_fill(const parameter *p, int n, const weights_options *o, arena *a, diagnostics *d) {
    int errors = d->errors;
    filling w = {.parameters = p, .n = n, .options = o, .arena = a, .diags = d};
    if (!check_options(&w)) return false;
    if (o->path) fill_from_file(&w, archive_open(&w.file, o->path, a, d));
    if (d->errors > errors) return false;
    for (int i = 0; i < n; i++) {
        if (p[i].v->constant->data) continue;
        const char *origin = arena_printf(a, "--init %s:%s", o->init, p[i].name);
        set_data(&p[i], init_draw(&p[i], w.init, o->seed, a), origin, a);
    }
    return true;
}

bool weights_fill_bytes(const parameter *p, int n, const char *name, const uint8_t *bytes, size_t size, arena *a, diagnostics *d) {
    int errors = d->errors;
    filling w = {.parameters = p, .n = n, .arena = a, .diags = d};
    fill_from_file(&w, archive_open_bytes(&w.file, name, bytes, size, a, d));
    return d->errors == errors;
}
