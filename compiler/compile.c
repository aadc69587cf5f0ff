/* cnnc MODEL -o OUT.c */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/check.h"
#include "compiler/manifest.h"
#include "compiler/model.h"
#include "compiler/output.h"
#include "compiler/report.h"
#include "compiler/subcommand.h"
#include "frontend/zoo/zoo.h"

typedef struct compile_options {
    model_options model;
    backend_options backend;
    toolchain toolchain; /* with cc: of which tuning findings count */
    const char *output;  /* OUT.c, or NULL */
    const char *dump_ir; /* "before", "after:PASS" or NULL */
    bool explain, report, check, manifest;
} compile_options;

enum { KEY_THREADS = 256, KEY_PROFILE, KEY_PREFIX, KEY_DUMP, KEY_EXPLAIN, KEY_REPORT, KEY_CHECK, KEY_TUNE_CC, KEY_MANIFEST };

static const struct argp_option options[] = {
    {"output", 'o', "OUT.c", 0, "the C file; OUT.h comes beside it, and OUT.weights where weights are large", 0},
    {"prefix", KEY_PREFIX, "NAME", 0, "begins every public identifier (default: OUT)", 0},
    {"threads", KEY_THREADS, "N", OPTION_ARG_OPTIONAL,
     "emit a thread pool and a parallel entry point; up to N threads (4) get scratch memory of their own", 0},
    {"tune-cc", KEY_TUNE_CC, "CMD", 0, "with --tune: only what was found out with this C compiler (default: with any)", 0},
    {"manifest", KEY_MANIFEST, NULL, 0,
     "write OUT.json too: model hash, options, sizes, error bound, and which bytes each kernel reads and writes", 0},
    {"profile", KEY_PROFILE, NULL, 0, "emit an entry point that times each step", 0},
    {NULL, 0, NULL, 0, "To look inside:", 30},
    {"dump-ir", KEY_DUMP, "WHEN", 0, "print the IR: 'before' any pass, or 'after:PASS' (cnnc passes lists them)", 0},
    {"explain-schedule", KEY_EXPLAIN, NULL, 0, "print the plan: kernels, tiles, buffers, estimates", 0},
    {"report", KEY_REPORT, NULL, 0, "print the memory map", 0},
    {"check", KEY_CHECK, NULL, 0, "have libclang parse what was emitted, for each target; complaints are errors", 0},
    {"version", 'v', NULL, 0, "print the version", -1},
    {0},
};

static void check_dump(const char *arg, const struct argp_state *state) {
    if (!strcmp(arg, "before")) return;
    if (strncmp(arg, "after:", 6) != 0 || !pass_find(arg + 6))
        argp_error(state, "--dump-ir is 'before' or 'after:PASS', not '%s'; 'cnnc passes' lists the passes", arg);
}

static bool ends_with(const char *s, const char *end) {
    size_t n = strlen(s), m = strlen(end);
    return n > m && !strcmp(s + n - m, end);
}

static void check_complete(const compile_options *o, struct argp_state *state) {
    bool looks = o->dump_ir || o->explain || o->report;
    if (!o->model.path) argp_error(state, "no MODEL given");
    if (!o->output && !looks) argp_error(state, "say where the C goes: -o OUT.c");
    if (!o->output && (o->check || o->manifest)) argp_error(state, "--%s needs -o OUT.c", o->check ? "check" : "manifest");
    if (o->output && !ends_with(o->output, ".c")) argp_error(state, "the output's name must end in .c: '%s'", o->output);
    if (o->output && strpbrk(o->output, "\"\\\n\r"))
        argp_error(state, "the output's name cannot hold quotes, backslashes or line ends: C includes the header by it");
}

static int parse_threads(const char *arg, const struct argp_state *state) {
    char *end;
    long n = strtol(arg, &end, 10);
    if (end == arg || *end || n < 1 || n > 256) argp_error(state, "--threads is a number from 1 to 256, not '%s'", arg);
    return (int)n;
}

static error_t parse(int key, char *arg, struct argp_state *state) {
    compile_options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &o->model; return 0;
    case 'o': o->output = arg; return 0;
    case KEY_PREFIX: o->backend.prefix = arg; return 0;
    case KEY_THREADS:
        o->backend.threads = true;
        o->model.plan.threads = arg ? parse_threads(arg, state) : 4;
        return 0;
    case KEY_PROFILE: o->backend.profile = true; return 0;
    case KEY_DUMP: check_dump(arg, state), o->dump_ir = arg; return 0;
    case KEY_EXPLAIN: o->explain = true; return 0;
    case KEY_REPORT: o->report = true; return 0;
    case KEY_TUNE_CC: o->toolchain.cc = arg; return 0;
    case KEY_CHECK: o->check = true; return 0;
    case KEY_MANIFEST: o->manifest = true; return 0;
    case 'v': puts("cnnc " CNNC_VERSION), exit(0);
    case ARGP_KEY_END: check_complete(o, state); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

/* Help ends with the subcommands, from their table. */
static char *help_filter(int key, const char *usual, void *input) {
    (void)input;
    if (key != ARGP_KEY_HELP_POST_DOC) return (char *)(uintptr_t)usual;
    char *bytes = NULL;
    size_t size;
    FILE *f = open_memstream(&bytes, &size);
    if (!f) return NULL;
    fputs("Subcommands (cnnc NAME --help tells more):\n", f);
    for (const subcommand *s = subcommands; s->name; s++)
        fprintf(f, "  %-8s %-20s %s\n", s->name, s->arguments, s->purpose);
    fputs("\nExit status: 0; 1 after an error; 2 for wrong usage.", f);
    fclose(f);
    return bytes;
}

static const struct argp_child children[] = {{&model_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    options, parse, "MODEL -o OUT.c", "Turns a neural network into standalone C.\v.", children, help_filter, NULL};

/* ---- work ---- */

/* path with its ".c" replaced. */
static const char *sibling(arena *a, const char *path, const char *extension) {
    return arena_printf(a, "%.*s%s", (int)(strlen(path) - 2), path, extension);
}

static bool write_files(model *m, compile_options *o) {
    output_set files = {.arena = m->arena, .diags = &m->diags};
    weights_mode mode = backend_weights_mode(m->plan, &o->backend);
    bool needs_weights = mode == WEIGHTS_EMBED || mode == WEIGHTS_FILE;
    FILE *weights = needs_weights ? output_open(&files, sibling(m->arena, o->output, ".weights")) : NULL;
    FILE *h = output_open(&files, sibling(m->arena, o->output, ".h"));
    FILE *c = h ? output_open(&files, o->output) : NULL;
    bool ok = c && (weights || !needs_weights) && backend_emit(m->plan, &o->backend, c, h, weights);
    if (ok && o->check) {
        fflush(c), fflush(h);
        ok = check_emitted(m->plan, &files, &m->diags);
    }
    FILE *manifest = ok && o->manifest ? output_open(&files, sibling(m->arena, o->output, ".json")) : NULL;
    if (ok && o->manifest) ok = manifest && manifest_write(m->plan, &o->backend, manifest);
    if (ok) return output_commit(&files);
    output_discard(&files);
    return false;
}

static const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static const char *stem(arena *a, const char *path) {
    const char *name = file_name(path);
    return arena_strndup(a, name, strlen(name) - 2);
}

static bool compile(model *m, compile_options *o) {
    pass_options passes = {.conv_layouts = true, .dump_stream = stdout};
    bool before = o->dump_ir && !strcmp(o->dump_ir, "before");
    if (!o->output) o->model.missing = before && !o->explain && !o->report ? MISSING_ZERO : MISSING_DRAWN;
    if (!model_read(m, &o->model)) return false;
    if (before) graph_print(stdout, m->graph);
    else if (o->dump_ir) passes.dump_pass = o->dump_ir + strlen("after:");
    if (!model_optimize(m, &passes)) return false;
    if (!o->output && !o->explain && !o->report) return true;
    if (o->toolchain.cc && !model_build_with(&o->model, &o->toolchain, m->arena, &m->diags)) return false;
    if (!model_plan(m, &o->model)) return false;
    if (o->explain) plan_print(stdout, m->plan);
    if (o->report) report_memory(stdout, m->plan);
    if (!o->output) return true;
    o->backend.weights = o->model.storage;
    o->backend.files = stem(m->arena, o->output);
    const char *prefix = o->backend.prefix ? o->backend.prefix : o->backend.files;
    o->backend.prefix = identifier_from(m->arena, prefix);
    o->backend.model = file_name(o->model.path); /* the same bytes from any folder */
    return write_files(m, o);
}

static int compile_with(const struct argp *p, const char *prefix, int argc, char **argv) {
    compile_options o = {.model = model_options_default()};
    o.model.writes_weights = true;
    argp_parse(p, argc, argv, 0, NULL, &o);
    char path[256];
    snprintf(path, sizeof path, "%s%s", prefix, o.model.path);
    if (*prefix) o.model.path = path;
    model m;
    model_init(&m, &o.model);
    bool ok = compile(&m, &o);
    model_free(&m);
    return ok ? 0 : EXIT_ERROR;
}

int compile_main(int argc, char **argv) { return compile_with(&argp, "", argc, argv); }

int compile_zoo_main(int argc, char **argv) {
    static const struct argp zoo = {
        options, parse, "[NAME -o OUT.c]", "Lists the networks that come with cnnc, or compiles one. All subcommands know them as zoo:NAME.",
        children, NULL, NULL};
    return compile_with(&zoo, ZOO_PREFIX, argc, argv);
}
