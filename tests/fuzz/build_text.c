#include "tests/fuzz/formats.h"

#include "frontend/dsl/dsl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void expect(bool good, const char *what, const diagnostics *d) {
    if (good) return;
    fprintf(stderr, "%s (%d errors: %s)\n", what, d->errors, d->first);
    abort();
}

/* NULL when the text has no canonical form; else malloc's. */
static char *canonical(const source_text *s, size_t *size, arena *a) {
    char *out = NULL;
    diagnostics d = {.stream = NULL};
    FILE *f = open_memstream(&out, size);
    bool ok = f && dsl_format(s, f, a, &d);
    if (f) fclose(f);
    expect(ok == (d.errors == 0), "formatting and its errors disagree", &d);
    if (ok) return out;
    free(out);
    return NULL;
}

static void format_twice(const source_text *s, arena *a) {
    size_t once, twice;
    char *first = canonical(s, &once, a);
    if (!first) return;
    source_text again = {.file = "again.cnn", .text = first, .size = once};
    char *second = canonical(&again, &twice, a);
    diagnostics none = {.stream = NULL};
    expect(second && once == twice && !memcmp(first, second, once), "the canonical form has another one", &none);
    free(first);
    free(second);
}

bool build_text(const char *path, const void *bytes, size_t size, char *why, size_t room) {
    arena *a = arena_new();
    diagnostics d = {.stream = NULL};
    const source_text s = {.file = path, .text = bytes, .size = size};
    const frontend_options o = {0};
    dsl_parameters p;
    format_twice(&s, a);
    graph *g = dsl_lower(&s, &o, a, &d, &p);
    expect((g != NULL) == (d.errors == 0), "a network and its errors disagree", &d);
    expect(!g || graph_verify(g, &d), "the network is no valid graph", &d);
    snprintf(why, room, "%s", d.first);
    arena_free(a);
    return g != NULL;
}
