#include "tests/fuzz/formats.h"

#include "backend/backend.h"
#include "frontend/onnx/reader.h"
#include "passes/passes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool emit(const plan *p, weights_mode weights, FILE *out) {
    backend_options o = {.prefix = "net", .weights = weights, .profile = true, .model = "fuzzed.onnx"};
    return backend_emit(p, &o, out, out, out);
}

static bool compile(graph *g, size_t size, FILE *out) {
    const target *targets[TARGET_MAX];
    graph_print(out, g);
    if (!passes_run(g, &(pass_options){.conv_layouts = true})) return false;
    graph_print(out, g);
    /* now this, now that: emission takes most of the time */
    int n = targets_parse(size / 2 % 2 ? "x86-64-v4" : "generic", targets, g->diags);
    plan *p = plan_make(g, targets, n, &(plan_options){.accuracy = ACCURACY_BALANCED}, g->arena);
    if (!p) return false;
    plan_print(out, p);
    return emit(p, size % 2 ? WEIGHTS_INLINE : WEIGHTS_EMBED, out);
}

static graph *read_onnx(const char *path, const void *bytes, size_t size, arena *a, diagnostics *d) {
    return onnx_read_bytes(bytes, size, path, &(frontend_options){.n_dims = 0}, a, d);
}

/* A graph prints as it was read. */
static graph *read_text(const char *path, const void *bytes, size_t size, arena *a, diagnostics *d) {
    graph *g = graph_read(a, d, path, bytes, size);
    const char *first = g ? graph_text(a, g) : NULL, *second = NULL;
    graph *again = first ? graph_read(a, d, path, first, strlen(first)) : NULL;
    if (again) second = graph_text(a, again);
    if (first && (!second || strcmp(first, second) != 0)) {
        fprintf(stderr, "a text does not read back (%s):\n%s----\n%s", d->first, first, second ? second : "");
        abort();
    }
    if (g) graph_drop_layouts(g);
    return g;
}

typedef graph *reader(const char *path, const void *bytes, size_t size, arena *a, diagnostics *d);

static bool take(reader *read, const char *path, const void *bytes, size_t size, char *why, size_t room) {
    diagnostics d = {.stream = NULL};
    FILE *out = fopen("/dev/null", "w");
    arena *a = arena_new();
    graph *g = out ? read(path, bytes, size, a, &d) : NULL;
    bool ok = g && compile(g, size, out);
    snprintf(why, room, "%s", d.first);
    /* A failure that says nothing leaves people puzzled; a success that complained is none. Nor may a pass break the graph. */
    if (ok == (d.errors > 0) || !strncmp(d.first, ": pass ", 7)) {
        fprintf(stderr, "compilation %s with %d errors reported: %s\n", ok ? "succeeded" : "failed", d.errors, d.first);
        abort();
    }
    arena_free(a);
    if (out) fclose(out);
    return ok;
}

bool compile_onnx(const char *path, const void *bytes, size_t size, char *why, size_t room) {
    return take(read_onnx, path, bytes, size, why, room);
}

bool compile_text(const char *path, const void *bytes, size_t size, char *why, size_t room) {
    return take(read_text, path, bytes, size, why, room);
}
