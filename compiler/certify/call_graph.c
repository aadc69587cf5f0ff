#include "compiler/certify/certify.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

typedef struct routine {
    const char *title; /* as edges name it */
    const char *name;  /* as in C, without what GCC's clones have behind it */
    int64_t frame;     /* bytes; -1: it is outside */
    bool is_public;
    struct call *calls;
    struct routine *next;
} routine;

/* What a call through a pointer can reach, by the words of emitted code (runtime/step.c, pool.c, self_test/layers.c).
 */
typedef enum reach { REACH_DIRECT, REACH_KERNELS, REACH_HOOK, REACH_PART } reach;

typedef struct call {
    routine *to; /* REACH_DIRECT */
    reach reach;
    struct call *next;
} call;

struct call_graph {
    routine *routines, **last;
    const char **names;
    arena *arena;
    diagnostics *diags;
};

/* ---- reading ---- */

/* The text behind `key: "` on this line, up to the next quote; NULL: there is none. */
static const char *field(const char *line, size_t n, const char *key, arena *a) {
    const char *found = strstr(line, key);
    if (!found || found >= line + n) return NULL;
    found += strlen(key);
    return arena_strndup(a, found, strcspn(found, "\""));
}

static routine *find(const call_graph *g, const char *title) {
    routine *r = g->routines;
    while (r && strcmp(r->title, title) != 0) r = r->next;
    return r;
}

/* "net.c:k3_conv.constprop.0" is k3_conv, of the file alone; "net_run" is public. */
static bool read_routine(call_graph *g, const char *line, size_t n) {
    const char *title = field(line, n, "title: \"", g->arena), *label = field(line, n, "label: \"", g->arena);
    if (!title || !label) return true;
    const char *colon = strrchr(title, ':'), *name = colon ? colon + 1 : title, *bytes = strstr(label, " bytes (");
    while (bytes && bytes > label && isdigit((unsigned char)bytes[-1])) bytes--;
    routine *r = ARENA_NEW(g->arena, routine);
    *r = (routine){.title = title,
                   .name = arena_strndup(g->arena, name, strcspn(name, ".")),
                   .is_public = !colon,
                   .frame = bytes ? strtoll(bytes, NULL, 10) : -1};
    *g->last = r;
    g->last = &r->next;
    return !bytes || strstr(bytes, "(static)") ||
           diag_error(g->diags, "", "emitted code has none: was the file changed?",
                      "%s has a stack frame whose size is not fixed", r->name);
}

/* "net.c:2496:9": that line of the source. */
static const char *line_of(const char *source, const char *place, arena *a) {
    const char *colon = strchr(place, ':');
    for (long line = colon ? strtol(colon + 1, NULL, 10) : 0; line > 1 && source; line--)
        source = strchr(source, '\n'), source += source != NULL;
    return source ? arena_strndup(a, source, strcspn(source, "\n")) : "";
}

/* Each once: a step is called as often as there are layers. */
static void add_call(call_graph *g, routine *caller, routine *to, reach how) {
    for (const call *c = caller->calls; c; c = c->next)
        if (c->to == to && c->reach == how) return;
    call *c = ARENA_NEW(g->arena, call);
    *c = (call){to, how, caller->calls};
    caller->calls = c;
}

static bool read_call(call_graph *g, const char *line, size_t n, const char *source) {
    static const struct {
        const char *word;
        reach reach;
    } words[] = {{"->run(", REACH_HOOK}, {"body(", REACH_PART}, {"call(", REACH_KERNELS}};
    const char *from = field(line, n, "sourcename: \"", g->arena), *to = field(line, n, "targetname: \"", g->arena);
    const char *place = field(line, n, "label: \"", g->arena);
    routine *caller = from ? find(g, from) : NULL;
    if (!caller || !to) return true;
    if (strcmp(to, "__indirect_call") != 0) {
        routine *callee = find(g, to);
        if (callee) add_call(g, caller, callee, REACH_DIRECT);
        return callee || diag_error(g->diags, "", NULL, "the call graph does not have '%s'", to);
    }
    const char *text = line_of(source, place ? place : "", g->arena);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!strstr(text, words[i].word)) continue;
        add_call(g, caller, NULL, words[i].reach);
        return true;
    }
    return diag_error(g->diags, place, "emitted code has none like it: was the file changed?",
                      "cannot tell what this calls: %s", text);
}

static bool read_lines(call_graph *g, const char *vcg, const char *kind, const char *source) {
    bool ok = true;
    for (const char *at = vcg; ok && at && *at; at = strchr(at, '\n'), at += at != NULL) {
        size_t n = strcspn(at, "\n");
        if (strncmp(at, kind, strlen(kind)) != 0) continue;
        ok = *kind == 'n' ? read_routine(g, at, n) : read_call(g, at, n, source);
    }
    return ok;
}

call_graph *call_graph_read(const char *vcg, const char *source, arena *a, diagnostics *d) {
    call_graph *g = ARENA_NEW(a, call_graph);
    *g = (call_graph){.last = &g->routines, .arena = a, .diags = d};
    if (!read_lines(g, vcg, "node:", source) || !read_lines(g, vcg, "edge:", source)) return NULL;
    int n = 0;
    for (const routine *r = g->routines; r; r = r->next) n++;
    g->names = ARENA_ARRAY(a, const char *, n + 1);
    n = 0;
    for (const routine *r = g->routines; r; r = r->next)
        if (r->is_public && r->frame >= 0) g->names[n++] = r->name;
    return g;
}

const char *const *call_graph_public(const call_graph *g) { return g->names; }

/* ---- the longest path ---- */

typedef struct walk {
    const call_graph *graph;
    const char *hook; /* what runs parallel loops on this way; NULL: the caller has it */
    const char *outside;
    const routine *path[64]; /* on which the walk is */
    int depth;
    bool ok;
} walk;

static bool is_kernel(const char *name) { return *name == 'k' && isdigit((unsigned char)name[1]); }

static bool reaches(const walk *w, const call *c, const routine *r) {
    switch (c->reach) {
    case REACH_KERNELS: return is_kernel(r->name);
    case REACH_HOOK: return w->hook && !strcmp(r->name, w->hook);
    case REACH_PART: return !strcmp(r->name, "step_part");
    default: return r == c->to;
    }
}

static void note_outside(walk *w, const char *name) {
    const char *at = strstr(w->outside, arena_printf(w->graph->arena, " %s", name));
    if (at && (at[strlen(name) + 1] == ' ' || !at[strlen(name) + 1])) return;
    w->outside = arena_printf(w->graph->arena, "%s %s", w->outside, name);
}

static stack_use deepest(walk *w, const routine *r) {
    arena *a = w->graph->arena;
    stack_use most = {.path = ""};
    if (r->frame < 0) {
        note_outside(w, r->name);
        return most;
    }
    bool again = w->depth == (int)(sizeof w->path / sizeof *w->path);
    for (int i = 0; i < w->depth; i++) again = again || w->path[i] == r;
    if (again) {
        if (w->ok)
            w->ok = diag_error(w->graph->diags, "", "emitted code has no recursion: was the file changed?",
                               "%s may call itself", r->name);
        return most;
    }
    w->path[w->depth++] = r;
    for (const call *c = r->calls; c; c = c->next) {
        for (const routine *to = w->graph->routines; to; to = to->next) {
            if (!reaches(w, c, to)) continue;
            stack_use below = deepest(w, to);
            if (below.bytes > most.bytes) most = below;
        }
    }
    w->depth--;
    return (stack_use){.bytes = r->frame + most.bytes,
                       .path = arena_printf(a, *most.path ? "%s > %s" : "%s", r->name, most.path)};
}

bool call_graph_stack(const call_graph *g, const char *function, stack_use *most) {
    walk w = {.graph = g, .outside = "", .ok = true};
    if (strstr(function, "_run_parallel")) w.hook = "pool_run";
    if (strstr(function, "_self_test")) w.hook = "self_test_in_turn";
    *most = (stack_use){.path = ""};
    bool found = false;
    for (const routine *r = g->routines; r; r = r->next) {
        if (strcmp(r->name, function) != 0) continue;
        found = true;
        stack_use one = deepest(&w, r);
        if (one.bytes > most->bytes) *most = one;
    }
    most->outside = *w.outside ? w.outside + 1 : "";
    return found && w.ok;
}
