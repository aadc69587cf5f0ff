/* cnnc MODEL -o OUT.c */
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend/bindings/bindings.h"
#include "compiler/check.h"
#include "compiler/depfile.h"
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
    const char *output;  /* OUT.c, with a binding a folder; or NULL */
    const binding *binding; /* NULL: none */
    bool cxx;
    const char *depfile; /* or NULL */
    file_list read;
    const char *dump_ir; /* "before", "after:PASS" or NULL */
    bool explain, report, check, manifest;
} compile_options;

enum {
    KEY_THREADS = 256, KEY_PROFILE, KEY_PREFIX, KEY_DUMP, KEY_EXPLAIN, KEY_REPORT, KEY_CHECK, KEY_TUNE_CC, KEY_MANIFEST, KEY_CXX, KEY_PYTHON,
    KEY_DEPFILE, KEY_ARDUINO, KEY_ZEPHYR, KEY_STEP, KEY_SELF_TEST
};

static const struct argp_option options[] = {
    {"output", 'o', "OUT.c", 0, "the C file; OUT.h comes beside it, and OUT.weights where weights are large", 0},
    {"prefix", KEY_PREFIX, "NAME", 0, "begins every public identifier (default: OUT)", 0},
    {"threads", KEY_THREADS, "N", OPTION_ARG_OPTIONAL,
     "emit a thread pool and a parallel entry point; up to N threads (4) get scratch memory of their own", 0},
    {"step", KEY_STEP, "N", OPTION_ARG_OPTIONAL,
     "emit an entry point that does a run in slices of at most so many multiply-adds as it is told; with N, layers are cut so that slices "
     "of N suffice", 0},
    {"tune-cc", KEY_TUNE_CC, "CMD", 0, "with --tune: only what was found out with this C compiler (default: with any)", 0},
    {"manifest", KEY_MANIFEST, NULL, 0,
     "write OUT.json too: model hash, options, sizes, error bound, and which bytes each kernel reads and writes", 0},
    {"cxx", KEY_CXX, NULL, 0, "also write OUT.hpp, a C++17 interface to OUT.h", 0},
    {"python", KEY_PYTHON, NULL, 0, "write a folder, -o FOLDER, from which pip builds a wheel: run(numpy) -> numpy", 0},
    {"arduino", KEY_ARDUINO, NULL, 0, "write a folder, -o FOLDER, that is an Arduino library, for microcontrollers", 0},
    {"zephyr", KEY_ZEPHYR, NULL, 0, "write a folder, -o FOLDER, that is a Zephyr module with a sample", 0},
    {"depfile", KEY_DEPFILE, "FILE", 0, "also write which files went into it, as a rule of make", 0},
    {"self-test", KEY_SELF_TEST, NULL, 0,
     "emit a function that runs the network on made-up inputs and tells the first layer that differs from the reference", 0},
    {"profile", KEY_PROFILE, NULL, 0, "emit an entry point that times each step", 0},
    {NULL, 0, NULL, 0, "To look inside:", 30},
    {"dump-ir", KEY_DUMP, "WHEN", 0, "print the IR: 'before' any pass, or 'after:PASS' (cnnc passes lists them)", 0},
    {"explain-schedule", KEY_EXPLAIN, NULL, 0, "print the plan: kernels, tiles, buffers, costs", 0},
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

/* What a machine without an operating system has, and has not. */
static void check_bare(compile_options *o, const struct argp_state *state) {
    const char *name = o->binding->name;
    if (o->backend.threads) argp_error(state, "--%s has no threads", name);
    if (o->model.n_open) argp_error(state, "--%s has fixed sizes: --dim %s=SIZE", name, o->model.open_names[0]);
    if (o->model.storage == WEIGHTS_EMBED || o->model.storage == WEIGHTS_FILE) argp_error(state, "--%s has no files: weights are inline", name);
    o->model.storage = WEIGHTS_INLINE;
    if (!strcmp(o->model.target_list, "native")) o->model.target_list = "generic";
}

static void check_complete(compile_options *o, struct argp_state *state) {
    bool looks = o->dump_ir || o->explain || o->report;
    if (!o->model.path) argp_error(state, "no MODEL given");
    if (!o->output && !looks) argp_error(state, "say where the C goes: -o %s", o->binding ? "FOLDER" : "OUT.c");
    if (o->binding && o->binding->bare) check_bare(o, state);
    if (!o->output && o->depfile) argp_error(state, "--depfile needs -o OUT.c");
    if (!o->output && (o->check || o->manifest)) argp_error(state, "--%s needs -o OUT.c", o->check ? "check" : "manifest");
    if (o->model.plan.slice && (o->backend.threads || o->backend.profile))
        argp_error(state, "--step is for one thread, whose work a slice is a piece of, and does not take times: leave --%s out", o->backend.threads ? "threads" : "profile");
    if (o->model.plan.slice && o->backend.self_test) argp_error(state, "--self-test tests whole runs, not --step's slices: leave one out");
    if (o->output && !*o->output) argp_error(state, "the output has no name");
    if (o->output && !o->binding && !ends_with(o->output, ".c")) argp_error(state, "the output's name must end in .c: '%s'", o->output);
    if (o->output && !o->binding && strpbrk(o->output, "\"\\\n\r"))
        argp_error(state, "the output's name cannot hold quotes, backslashes or line ends: C includes the header by it");
}

static int parse_threads(const char *arg, const struct argp_state *state) {
    char *end;
    long n = strtol(arg, &end, 10);
    if (end == arg || *end || n < 1 || n > 256) argp_error(state, "--threads is a number from 1 to 256, not '%s'", arg);
    return (int)n;
}

static int64_t parse_slice(const char *arg, const struct argp_state *state) {
    char *end;
    errno = 0;
    long long n = strtoll(arg, &end, 10);
    if (end == arg || *end || n < 1 || errno) argp_error(state, "--step is a number of multiply-adds, not '%s'", arg);
    return n;
}

static void use_binding(compile_options *o, const char *name, const struct argp_state *state) {
    if (o->binding && strcmp(o->binding->name, name) != 0) argp_error(state, "--%s and --%s want a folder each", o->binding->name, name);
    o->binding = binding_find(name);
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
    case KEY_CXX: o->cxx = true; return 0;
    case KEY_PYTHON: use_binding(o, "python", state); return 0;
    case KEY_ARDUINO: use_binding(o, "arduino", state); return 0;
    case KEY_ZEPHYR: use_binding(o, "zephyr", state); return 0;
    case KEY_DEPFILE: o->depfile = arg; return 0;
    case KEY_PROFILE: o->backend.profile = true; return 0;
    case KEY_SELF_TEST: o->backend.self_test = true; return 0;
    case KEY_DUMP: check_dump(arg, state), o->dump_ir = arg; return 0;
    case KEY_EXPLAIN: o->explain = true; return 0;
    case KEY_REPORT: o->report = true; return 0;
    case KEY_STEP: o->model.plan.slice = arg ? parse_slice(arg, state) : INT64_MAX; return 0;
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
        fprintf(f, "  %-10s %-24s %s\n", s->name, s->arguments, s->purpose);
    fputs("\nExit status: 0; 1 after an error; 2 for wrong usage.", f);
    fclose(f);
    return bytes;
}

static const struct argp_child children[] = {{&model_argp, 0, NULL, 0}, {0}};
const struct argp compile_argp = {
    options, parse, "MODEL -o OUT.c", "Turns a neural network into standalone C.\v.", children, help_filter, NULL};

/* ---- work ---- */

/* Where files go: the C file without its ".c", and what is written around it. */
typedef struct output_layout {
    const char *code;
    const char *folder; /* of a binding, with a slash; "" */
    binding_file around[BINDING_FILES + 1];
    int n_around;
} output_layout;

static const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static output_layout layout_of(compile_options *o, arena *a) {
    size_t n = strlen(o->output);
    if (!o->binding) n -= strlen(".c");
    while (o->binding && n > 1 && o->output[n - 1] == '/') n--;
    output_layout l = {.folder = "", .code = arena_strndup(a, o->output, n)};
    if (o->binding) l.folder = arena_printf(a, "%s/", l.code);
    o->backend.prefix = identifier_from(a, o->backend.prefix ? o->backend.prefix : file_name(l.code));
    if (o->binding) l.code = arena_printf(a, "%s%s", l.folder, binding_path(a, o->binding->code, o->backend.prefix));
    o->backend.files = file_name(l.code);
    for (int i = 0; o->binding && o->binding->files[i].path; i++) {
        binding_file file = o->binding->files[i];
        file.path = arena_printf(a, "%s%s", l.folder, binding_path(a, file.path, o->backend.prefix));
        l.around[l.n_around++] = file;
    }
    if (o->cxx) l.around[l.n_around++] = (binding_file){arena_printf(a, "%s.hpp", l.code), cxx_header.template};
    return l;
}

static FILE *open_file(output_set *files, const output_layout *l, const char *path) {
    bool ok = !*l->folder || output_folder(files, path);
    return ok ? output_open(files, path) : NULL;
}

static bool write_around(model *m, const compile_options *o, const output_layout *l, output_set *files) {
    bool ok = true;
    for (int i = 0; i < l->n_around && ok; i++) {
        FILE *f = open_file(files, l, l->around[i].path);
        ok = f && binding_emit(m->plan, &o->backend, &l->around[i], f);
    }
    return ok;
}

static bool write_files(model *m, compile_options *o) {
    arena *a = m->arena;
    output_layout l = layout_of(o, a);
    output_set files = {.arena = a, .diags = &m->diags};
    weights_mode mode = backend_weights_mode(m->plan, &o->backend);
    bool needs_weights = mode == WEIGHTS_EMBED || mode == WEIGHTS_FILE;
    FILE *depfile = o->depfile ? output_open(&files, o->depfile) : NULL;
    bool ok = (depfile || !o->depfile) && write_around(m, o, &l, &files);
    FILE *weights = ok && needs_weights ? open_file(&files, &l, arena_printf(a, "%s.weights", l.code)) : NULL;
    ok = ok && (weights || !needs_weights);
    FILE *h = ok ? open_file(&files, &l, arena_printf(a, "%s.h", l.code)) : NULL;
    FILE *c = h ? open_file(&files, &l, arena_printf(a, "%s.c", l.code)) : NULL; /* last: whoever sees it finds the others */
    ok = c && backend_emit(m->plan, &o->backend, c, h, weights);
    if (ok && o->check) {
        fflush(c), fflush(h);
        ok = check_emitted(m->plan, &files, &m->diags);
    }
    FILE *manifest = ok && o->manifest ? open_file(&files, &l, arena_printf(a, "%s.json", l.code)) : NULL;
    if (ok && o->manifest) ok = manifest && manifest_write(m->plan, &o->backend, manifest);
    if (ok && depfile) depfile_write(depfile, arena_printf(a, "%s.c", l.code), &o->read);
    if (ok) return output_commit(&files);
    output_discard(&files);
    return false;
}

static bool compile(model *m, compile_options *o) {
    bool before = o->dump_ir && !strcmp(o->dump_ir, "before");
    if (!o->output) o->model.missing = before && !o->explain && !o->report ? MISSING_ZERO : MISSING_DRAWN;
    if (!model_read(m, &o->model)) return false;
    if (before) graph_print(stdout, m->graph);
    else if (o->dump_ir) o->model.dump_pass = o->dump_ir + strlen("after:");
    if (!model_optimize(m, &o->model)) return false;
    if (!o->output && !o->explain && !o->report) return true;
    if (o->toolchain.cc && !model_build_with(&o->model, &o->toolchain, m->arena, &m->diags)) return false;
    if (!model_plan(m, &o->model)) return false;
    if (o->binding && graph_has_open_symbols(m->graph))
        return diag_error(&m->diags, "", "fix it: --dim NAME=SIZE", "--%s has no form for open dimensions other than the batch", o->binding->name);
    if (o->explain) plan_print(stdout, m->plan);
    if (o->report) report_memory(stdout, m->plan);
    if (!o->output) return true;
    o->backend.weights = o->model.storage;
    o->backend.model = file_name(o->model.path); /* the same bytes from any folder */
    return write_files(m, o);
}

static int compile_with(const struct argp *p, const char *prefix, int argc, char **argv) {
    compile_options o = {.model = model_options_default()};
    o.model.writes_weights = true;
    o.model.keeps_sizes_open = true;
    argp_parse(p, argc, argv, 0, NULL, &o);
    char path[256];
    snprintf(path, sizeof path, "%s%s", prefix, o.model.path);
    if (*prefix) o.model.path = path;
    model m;
    model_init(&m, &o.model);
    o.read.arena = m.arena;
    m.diags.on_read = file_list_add;
    m.diags.on_read_context = &o.read;
    bool ok = compile(&m, &o);
    model_free(&m);
    return ok ? 0 : EXIT_ERROR;
}

int compile_main(int argc, char **argv) { return compile_with(&compile_argp, "", argc, argv); }

const struct argp zoo_argp = {
    options, parse, "[NAME -o OUT.c]", "Lists the networks that come with cnnc, or compiles one. All subcommands know them as zoo:NAME.",
    children, NULL, NULL};

int compile_zoo_main(int argc, char **argv) { return compile_with(&zoo_argp, ZOO_PREFIX, argc, argv); }
