#include "tests/fuzz/compile_bytes.h"

#include "backend/backend.h"
#include "frontend/onnx/reader.h"
#include "passes/passes.h"

#include <stdio.h>
#include <stdlib.h>

static bool emit(const plan *p, weights_mode weights, FILE *out) {
    backend_options o = {.prefix = "net", .weights = weights, .profile = true, .model = "fuzzed.onnx"};
    return backend_emit(p, &o, out, out, out);
}

static bool compile(const void *bytes, size_t size, arena *a, diagnostics *d, FILE *out) {
    const target *targets[TARGET_MAX];
    graph *g = onnx_read_bytes(bytes, size, "fuzzed.onnx", &(frontend_options){.n_dims = 0}, a, d);
    if (!g) return false;
    graph_print(out, g);
    if (!passes_run(g, &(pass_options){.conv_layouts = true})) return false;
    graph_print(out, g);
    /* now this, now that: emission takes most of the time */
    int n = targets_parse(size / 2 % 2 ? "x86-64-v4" : "generic", targets, d);
    plan *p = plan_make(g, targets, n, &(plan_options){.accuracy = ACCURACY_BALANCED}, a);
    if (!p) return false;
    plan_print(out, p);
    return emit(p, size % 2 ? WEIGHTS_INLINE : WEIGHTS_EMBED, out);
}

bool compile_bytes(const void *bytes, size_t size, char *why, size_t room) {
    diagnostics d = {.stream = NULL};
    FILE *out = fopen("/dev/null", "w");
    arena *a = arena_new();
    bool ok = out && compile(bytes, size, a, &d, out);
    snprintf(why, room, "%s", d.first);
    /* A failure that says nothing leaves people puzzled; a success that complained is none. */
    if (ok == (d.errors > 0)) {
        fprintf(stderr, "compilation %s with %d errors reported: %s\n", ok ? "succeeded" : "failed", d.errors, d.first);
        abort();
    }
    arena_free(a);
    if (out) fclose(out);
    return ok;
}
