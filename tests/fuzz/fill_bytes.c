#include "tests/fuzz/formats.h"

#include "frontend/weights/fill.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *name;
    parameter_role role;
    int rank;
    int64_t dims[4];
} network[] = {
    {"conv1.weight", PARAMETER_WEIGHT, 4, {4, 3, 2, 2}},
    {"bn1.weight", PARAMETER_SCALE, 1, {4}},
    {"bn1.running_var", PARAMETER_VARIANCE, 1, {4}},
    {"fc.weight", PARAMETER_WEIGHT, 2, {5, 4}},
};
enum { PARAMETERS = sizeof network / sizeof *network };

static void declare(parameter *p, graph *g) {
    for (int i = 0; i < PARAMETERS; i++) {
        value_type t = type_tensor(g->arena, DT_F32, network[i].rank, network[i].dims);
        p[i] = (parameter){.name = network[i].name, .v = value_constant(g, network[i].name, t, NULL, ""), .role = network[i].role};
    }
}

/* So that a sanitizer sees each value that was filled in. */
static float sum(const parameter *p) {
    float s = 0;
    for (int i = 0; i < PARAMETERS; i++)
        for (int64_t k = 0; k < type_count(&p[i].v->type); k++) s += ((const float *)p[i].v->constant->data)[k];
    return s;
}

bool fill_bytes(const char *path, const void *bytes, size_t size, char *why, size_t room) {
    diagnostics d = {.stream = NULL};
    arena *a = arena_new();
    parameter p[PARAMETERS];
    declare(p, graph_new(a, &d, "fuzzed"));
    bool ok = weights_fill_bytes(p, PARAMETERS, path, bytes, size, a, &d);
    snprintf(why, room, "%s", d.first);
    volatile float seen = ok ? sum(p) : 0;
    (void)seen;
    if (ok == (d.errors > 0)) {
        fprintf(stderr, "filling %s with %d errors reported: %s\n", ok ? "succeeded" : "failed", d.errors, d.first);
        abort();
    }
    arena_free(a);
    return ok;
}
