/* cnnc fmt NET.cnn... */
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/output.h"
#include "compiler/subcommand.h"
#include "frontend/dsl/dsl.h"

typedef struct fmt_options {
    bool check, in_place;
} fmt_options;

static const struct argp_option options[] = {
    {"check", 'c', NULL, 0, "write nothing; exit code 1 if a file is not in canonical form", 0},
    {"in-place", 'i', NULL, 0, "write the files themselves", 0},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state) {
    fmt_options *o = state->input;
    (void)arg;
    switch (key) {
    case 'c': o->check = true; return 0;
    case 'i': o->in_place = true; return 0;
    case ARGP_KEY_ARGS: return ARGP_ERR_UNKNOWN; /* they are taken from what argp leaves */
    case ARGP_KEY_NO_ARGS: argp_error(state, "no file given"); return 0;
    case ARGP_KEY_SUCCESS:
        if (o->check && o->in_place) argp_error(state, "--check writes nothing: leave out --in-place");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

const struct argp fmt_argp = {options, parse, "NET.cnn...", "Prints files of cnnc's language in canonical form.", NULL, NULL, NULL};

/* The canonical form; NULL after an error. */
static char *formatted(const source_text *s, size_t *size, arena *a, diagnostics *d) {
    char *bytes = NULL;
    FILE *f = open_memstream(&bytes, size);
    bool ok = f && dsl_format(s, f, a, d);
    if (f) fclose(f);
    if (ok) return bytes;
    free(bytes);
    return NULL;
}

static bool write_back(const char *path, const char *bytes, size_t size, arena *a, diagnostics *d) {
    output_set files = {.arena = a, .diags = d};
    FILE *f = output_open(&files, path);
    if (!f) return false;
    fwrite(bytes, 1, size, f);
    return output_commit(&files);
}

static bool format(const char *path, const fmt_options *o, arena *a) {
    diagnostics d = {.stream = stderr, .source = path};
    const source_text *s = dsl_load(path, a);
    if (!s) return diag_error(&d, "", NULL, "cannot be read: %s", strerror(errno));
    size_t size;
    char *bytes = formatted(s, &size, a, &d);
    if (!bytes) return false;
    bool same = size == s->size && !memcmp(bytes, s->text, size), ok = true;
    if (o->check) ok = same || diag_error(&d, "", "cnnc fmt -i writes it", "is not in canonical form");
    else if (o->in_place) ok = same || write_back(path, bytes, size, a, &d);
    else fwrite(bytes, 1, size, stdout);
    free(bytes);
    return ok;
}

int fmt_main(int argc, char **argv) {
    fmt_options o = {0};
    int first;
    argp_parse(&fmt_argp, argc, argv, 0, &first, &o);
    arena *a = arena_new();
    bool ok = true;
    for (int i = first; i < argc; i++) ok = format(argv[i], &o, a) && ok;
    arena_free(a);
    return ok ? 0 : EXIT_ERROR;
}
