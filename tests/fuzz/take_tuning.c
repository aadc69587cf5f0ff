#include "tests/fuzz/formats.h"

#include "backend/schedule/tune_file.h"

#include <stdio.h>
#include <stdlib.h>

static void fail(const char *what, const diagnostics *d) {
    fprintf(stderr, "%s (%d errors: %s)\n", what, d->errors, d->first);
    abort();
}

/* Each finding is found, unless a later one of its kind says otherwise. */
static void look_up(tuning *t, const diagnostics *d) {
    for (int i = 0; i < t->n && i < 100; i++) {
        const finding *x = &t->findings[i];
        t->target = x->target;
        t->compiler = x->compiler;
        const finding *y = tuning_find(t, x->kind, x->signature, x->candidate);
        if (!y || y < x) fail("a finding is not found", d);
    }
}

bool take_tuning(const char *path, const void *bytes, size_t size, char *why, size_t room) {
    arena *a = arena_new();
    diagnostics d = {.stream = NULL};
    tuning t, again;
    bool ok = tuning_read(&t, path, bytes, size, a, &d);
    snprintf(why, room, "%s", d.first);
    if (ok == (d.errors > 0)) fail("what is read and its errors disagree", &d);
    char *copy = NULL;
    size_t length = 0;
    FILE *f = open_memstream(&copy, &length);
    if (ok && f) {
        look_up(&t, &d);
        tuning_print_header(f);
        for (int i = 0; i < t.n; i++) finding_print(f, &t.findings[i]);
    }
    if (f) fclose(f);
    /* Times are printed with three digits behind the point: less reads back as zero, which no kernel takes. */
    if (ok && tuning_read(&again, path, copy, length, a, &d) && again.n != t.n) fail("findings are lost in print", &d);
    free(copy);
    arena_free(a);
    return ok;
}
