/* cnnc verify MODEL | --suite DIR */
#include "compiler/verify.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/manifest.h"
#include "compiler/options.h"
#include "compiler/progress.h"
#include "compiler/random_input.h"
#include "compiler/report.h"
#include "compiler/subcommand.h"

/* ---- options ---- */

enum {
    KEY_DATA = 256,
    KEY_EXPECTED,
    KEY_TOLERANCE,
    KEY_RTOL,
    KEY_ATOL,
    KEY_DOUBLE,
    KEY_THREADS,
    KEY_LAYERS,
    KEY_MANIFEST,
    KEY_SUITE,
    KEY_JOBS,
    KEY_SECONDS,
    KEY_MEMORY,
    KEY_ONLY,
    KEY_SAVE
};

static const struct argp_option options[] = {
    {"data", KEY_DATA, "DIR", 0, "folder with test_data_set_K/{input,output}_I.pb (default: the one of MODEL, if any)", 0},
    {"input", 'i', "NAME=FILE.npy", 0, "data for an input instead", 0},
    {"expected", KEY_EXPECTED, "NAME=FILE.npy", 0, "what an output should be (default: what the evaluator says)", 0},
    {"tolerance", KEY_TOLERANCE, "X", 0, "largest max |diff| / max |reference| (default: what --accuracy promises of the kernels taken, 1e-5 for plain sums, 1e-4 or 1e-2; with --compute bf16 5e-2)", 0},
    {"rtol", KEY_RTOL, "X", 0, "each |diff| <= atol + rtol * |reference| instead", 0},
    {"atol", KEY_ATOL, "X", 0, "", 0},
    {"double", KEY_DOUBLE, NULL, 0, "let the evaluator round nothing to float32: the difference is then the network's whole error", 0},
    {"threads", KEY_THREADS, "N", 0, "run the network on N threads of a pool", 0},
    {"layers", KEY_LAYERS, NULL, 0, "compare every layer (done anyway, to find the first wrong one, when an output is)", 0},
    {"manifest", KEY_MANIFEST, "OUT.json", 0, "add the error of each layer, given its inputs, to a manifest of this model and these options", 0},
    {NULL, 0, NULL, 0, "A folder of folders with model.onnx, test_data_set_K and tolerance.txt:", 5},
    {"suite", KEY_SUITE, "DIR", 0, "verify every case below DIR", 0},
    {"jobs", KEY_JOBS, "N", 0, "cases at once (default: one a CPU)", 0},
    {"seconds", KEY_SECONDS, "N", 0, "of CPU time that each program of a case may take (default 120)", 0},
    {"memory", KEY_MEMORY, "MIB", 0, "a case may allocate (default 4096, 0: any)", 0},
    {"only", KEY_ONLY, "PATTERN", 0, "only cases whose path below DIR matches, such as 'node/test_conv*'", 0},
    {"save", KEY_SAVE, "FILE", 0, "write the names of the cases that passed", 0},
    {0},
};

static double parse_number(const char *arg, const struct argp_state *state) {
    char *end;
    double x = strtod(arg, &end);
    if (end == arg || *end || !(x >= 0) || isinf(x)) argp_error(state, "'%s' is no number from 0 up", arg);
    return x;
}

static int parse_count(const char *arg, int min, const struct argp_state *state) {
    char *end;
    long n = strtol(arg, &end, 10);
    if (end == arg || *end || n < min || n > 1 << 24) argp_error(state, "'%s' is no whole number from %d up", arg, min);
    return (int)n;
}

static void check_complete(const verify_options *o, const struct argp_state *state) {
    if (!o->model.path && !o->suite.folder) argp_error(state, "no MODEL and no --suite given");
    if (o->model.path && o->suite.folder) argp_error(state, "give either a MODEL or --suite");
    if (o->expected.n && !o->inputs.n) argp_error(state, "--expected needs --input");
    if (o->wide && (o->expected.n || o->data || o->suite.folder)) argp_error(state, "--double is for the evaluator, which is not asked here");
    if (o->manifest && o->suite.folder) argp_error(state, "--manifest is that of one MODEL");
    if (o->data && o->inputs.n) argp_error(state, "give either --data or --input");
}

static error_t parse(int key, char *arg, struct argp_state *state) {
    verify_options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->model;
        state->child_inputs[1] = &o->toolchain;
        return 0;
    case KEY_DATA: o->data = arg; return 0;
    case 'i':
        if (!array_arguments_add(&o->inputs, arg)) argp_error(state, "too many --input");
        return 0;
    case KEY_EXPECTED:
        if (!array_arguments_add(&o->expected, arg)) argp_error(state, "too many --expected");
        return 0;
    case KEY_TOLERANCE:
        o->tolerance.relative = parse_number(arg, state);
        o->states_tolerance = true;
        return 0;
    case KEY_RTOL: o->tolerance.rtol = parse_number(arg, state); return 0;
    case KEY_ATOL: o->tolerance.atol = parse_number(arg, state); return 0;
    case KEY_DOUBLE: o->wide = true; return 0;
    case KEY_THREADS: o->model.plan.threads = option_int(arg, 1, 256, state); return 0;
    case KEY_LAYERS: o->layers = true; return 0;
    case KEY_MANIFEST: o->manifest = arg; return 0;
    case KEY_SUITE: o->suite.folder = arg; return 0;
    case KEY_JOBS: o->suite.jobs = parse_count(arg, 1, state); return 0;
    case KEY_SECONDS: o->suite.seconds = parse_count(arg, 1, state); return 0;
    case KEY_MEMORY: o->suite.memory = (int64_t)parse_count(arg, 0, state) << 20; return 0;
    case KEY_ONLY: o->suite.only = arg; return 0;
    case KEY_SAVE: o->suite.save = arg; return 0;
    case ARGP_KEY_END:
        check_complete(o, state);
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&model_argp, 0, NULL, 0}, {&toolchain_argp, 0, NULL, 0}, {0}};
const struct argp verify_argp = {
    options, parse, "MODEL\n--suite DIR",
    "Holds the emitted C against test data, or on random inputs against the evaluator, which computes the network as the "
    "file has it, in double precision, without any pass.", children, NULL, NULL};

/* ---- comparing ---- */

/* Whether output i of the data set is `got`. A line goes to `report` (may be NULL), that of a wrong one to d. */
static bool verify_output(const program *p, const data_set *s, int i, tensor got, const tolerance *t, FILE *report, diagnostics *d) {
    tensor want = s->outputs[i];
    got.type = array_type_of_samples(&got.type, s->samples, p->arena);
    want.type = array_type_of_samples(&want.type, s->samples, p->arena);
    difference diff = compare_tensors(&got, &want, t);
    char *line = NULL;
    size_t size;
    FILE *f = open_memstream(&line, &size);
    if (!f) return diag_error(d, "", NULL, "%s", strerror(errno));
    difference_print(f, &diff, &got, &want);
    fclose(f);
    if (report) {
        const char *name = p->graph->body->outputs[i]->name;
        fprintf(report, "%s: output ", s->name);
        print_name(report, name, (int)strnlen(name, 80));
        fprintf(report, ": %s: %s\n", diff.same ? "ok" : "WRONG", line);
    }
    if (!diff.same) diag_error(d, "", NULL, "output %d: %s", i, line);
    free(line);
    return diff.same;
}

typedef enum verdict { RIGHT, WRONG, NOT_RUN } verdict;

static verdict verify_data_set(const program *p, const data_set *s, const tolerance *t, FILE *report, diagnostics *d) {
    int n = p->graph->body->n_outputs;
    tensor *outputs = ARENA_ARRAY(p->arena, tensor, n);
    if (!program_run(p, s->samples, s->inputs, outputs)) return NOT_RUN;
    bool ok = s->samples > 1 || data_set_compact(p->graph, outputs, p->arena, d);
    for (int i = 0; i < n; i++) ok = verify_output(p, s, i, outputs[i], t, report, d) && ok;
    return ok ? RIGHT : WRONG;
}

/* ---- one model ---- */

static void count_node(void *context, const node *n, const tensor *out) {
    (void)out;
    progress_step(context, n->name);
}

/* t in another element type. */
static tensor converted(const tensor *t, dtype elem, arena *a) {
    value_type type = t->type;
    type.elem = elem;
    tensor to = tensor_new(a, type);
    for (int64_t i = 0; i < type_count(&type); i++) dtype_store_float(elem, to.data, i, dtype_load_float(t->type.elem, t->data, i));
    return to;
}

/* Makes each of n float tensors that is `from` a `to`. */
static void convert_all(tensor *t, int n, dtype from, dtype to, arena *a) {
    for (int i = 0; i < n; i++)
        if (t[i].type.kind == TYPE_TENSOR && t[i].type.elem == from) t[i] = converted(&t[i], to, a);
}

/* What the file says, without any pass. */
static bool reference_outputs(const verify_options *o, data_set *s, model *to) {
    model m = {.arena = to->arena, .diags = to->diags};
    if (!model_read(&m, &o->model)) return false;
    const region *body = m.graph->body, *narrow = to->graph->body;
    tensor *inputs = arena_copy(m.arena, s->inputs, sizeof *inputs * (size_t)body->n_inputs);
    if (o->wide && !graph_widen(m.graph)) return false;
    if (o->wide) convert_all(inputs, body->n_inputs, DT_F32, DT_F64, m.arena);
    int64_t nodes = 0;
    for (const node *n = body->first; n; n = n->next) nodes++;
    tensor *outputs = ARENA_ARRAY(m.arena, tensor, body->n_outputs);
    progress p = progress_start("evaluating", nodes);
    bool ok = eval_graph(m.graph, inputs, outputs, m.arena, &to->diags, count_node, &p);
    progress_end(&p);
    for (int i = 0; ok && i < body->n_outputs; i++)
        if (narrow->outputs[i]->type.elem == DT_F32) convert_all(&outputs[i], 1, DT_F64, DT_F32, m.arena);
    s->outputs = outputs;
    return ok && data_set_compact(m.graph, outputs, m.arena, &to->diags);
}

static bool make_random(const verify_options *o, data_set *s, model *m) {
    const region *body = m->graph->body;
    tensor *inputs = ARENA_ARRAY(m->arena, tensor, body->n_inputs);
    uint64_t state = o->model.weights.seed;
    if (!random_inputs(body, &state, inputs, m->arena, "give --data or --input", &m->diags)) return false;
    *s = (data_set){.name = "random", .inputs = inputs, .samples = 1};
    return reference_outputs(o, s, m);
}

static bool read_arrays(const verify_options *o, data_set *s, model *m) {
    const region *body = m->graph->body;
    tensor *inputs = ARENA_ARRAY(m->arena, tensor, body->n_inputs);
    tensor *expected = ARENA_ARRAY(m->arena, tensor, body->n_outputs);
    *s = (data_set){.name = "arrays", .inputs = inputs, .outputs = expected};
    if (!arrays_read(&o->inputs, body->inputs, body->n_inputs, inputs, &s->samples, m->arena, &m->diags)) return false;
    if (o->expected.n) {
        int64_t samples = 0;
        if (!arrays_read(&o->expected, body->outputs, body->n_outputs, expected, &samples, m->arena, &m->diags))
            return false;
        return samples == s->samples || diag_error(&m->diags, "--expected", NULL, "holds %lld samples, --input %lld",
                                                   (long long)samples, (long long)s->samples);
    }
    if (s->samples != 1) return diag_error(&m->diags, "--input", "give --expected too", "holds several samples");
    return reference_outputs(o, s, m);
}

/* Reads the model, symbolic dimensions bound to the sizes in the data set, open ones to be run at them, to a plan. */
static bool load(model *m, model_options *o, const char *data) {
    o->data = data;
    model_options declared = *o;
    if (data) declared.n_open = 0;
    if (!model_read(m, &declared)) return false;
    bool bound = data && data_set_bind_dims(o, data, m->graph, m->arena, &m->diags) > 0;
    if ((bound || declared.n_open < o->n_open) && !model_read(m, o)) return false;
    return model_optimize(m, o) && model_plan(m, o);
}

static bool build(program *p, model *m, const verify_options *o) {
    const program_options how = {.toolchain = o->toolchain, .driver = o->suite.driver, .threads = o->model.plan.threads, .graph = m->graph,
                                   .sizes = m->sizes};
    if (program_build(p, m->plan, &how, m->arena, &m->diags)) return true;
    program_remove(p);
    return false;
}

/* Up to the first that is not right. */
static verdict verify_sets(const program *p, const data_set *sets, int n, const tolerance *t, FILE *report, diagnostics *d) {
    verdict v = RIGHT;
    for (int i = 0; v == RIGHT && i < n; i++) v = verify_data_set(p, &sets[i], t, report, d);
    return v;
}

static bool read_sets(model *m, const char *const *paths, int n, data_set *sets) {
    for (int i = 0; i < n; i++)
        if (!data_set_read(&sets[i], paths[i], m->graph, m->arena, &m->diags)) return false;
    return true;
}

/* Where sizes depend on what inputs hold, the case is compiled for what they hold in its first data set. */
static bool load_case(model *m, model_options *o, const char *data) {
    if (load(m, o, data)) return true;
    model again = {.arena = m->arena, .diags = {.stream = NULL}};
    model_options fixed = *o;
    fixed.fix_integers = true;
    if (!load(&again, &fixed, data)) return false;
    *m = again;
    m->specialized = true;
    return true;
}

static bool draws(const region *r) {
    for (const node *n = r->first; n; n = n->next) {
        if (op_of(n->op)->props & PROP_RANDOM) return true;
        for (int i = 0; i < n->n_regions; i++)
            if (draws(n->regions[i])) return true;
    }
    return false;
}

/* Random numbers are the model's to choose, unless they are those that the case has. */
bool verify_case(model *m, const verify_options *o, const char *folder) {
    verify_options own = *o;
    own.model.path = arena_printf(m->arena, "%s/model.onnx", folder);
    const char **paths;
    int n = data_set_folders(folder, &paths, m->arena);
    if (!n) return diag_error(&m->diags, "", NULL, "no test_data_set_0");
    data_set *sets = ARENA_ARRAY(m->arena, data_set, n);
    program p;
    if (!load_case(m, &own.model, paths[0]) || !read_sets(m, paths, n, sets) || !build(&p, m, &own)) return false;
    verdict v = verify_sets(&p, sets, n, &own.tolerance, NULL, &m->diags);
    if (v == WRONG && draws(m->graph->body)) {
        own.tolerance.drawn = true;
        v = verify_sets(&p, sets, n, &own.tolerance, NULL, &m->diags);
        m->drawn = v == RIGHT;
    }
    program_remove(&p);
    return v == RIGHT;
}

static const char *folder_of(arena *a, const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? arena_strndup(a, path, (size_t)(slash - path)) : ".";
}

static bool measure_layers(model *m, const verify_options *o, const data_set *s) {
    int n;
    const double *errors = layer_errors(m, o, s->inputs, &n);
    if (!errors) return false;
    const char *inputs = strcmp(s->name, "random") ? s->name : arena_printf(m->arena, "random ones of seed %llu", (unsigned long long)o->model.weights.seed);
    const char *how = arena_printf(m->arena, "%s %s on inputs: %s", o->toolchain.cc, o->toolchain.cflags, inputs);
    return manifest_measured(m->plan, errors, how, o->manifest, m->arena, &m->diags);
}

static bool verify_model(model *m, verify_options *o) {
    const char **paths = NULL;
    int n = 0;
    if (o->data) n = data_set_folders(o->data, &paths, m->arena);
    else if (!o->inputs.n && !o->wide) n = data_set_folders(folder_of(m->arena, o->model.path), &paths, m->arena);
    if (o->data && !n) return diag_error(&m->diags, o->data, NULL, "no test_data_set_0 there");
    if (!arrays_tell_sizes(&o->inputs, &o->model, m->arena, &m->diags) || !load(m, &o->model, n ? paths[0] : NULL)) return false;
    if (!o->states_tolerance) o->tolerance.relative = plan_tolerance(m->plan);
    data_set *sets = ARENA_ARRAY(m->arena, data_set, n + 1);
    bool have = n ? read_sets(m, paths, n, sets) : o->inputs.n ? read_arrays(o, sets, m) : make_random(o, sets, m);
    if (!have) return false;
    n = n ? n : 1;
    program p;
    if (!build(&p, m, o)) return false;
    verdict v = verify_sets(&p, sets, n, &o->tolerance, stdout, &m->diags);
    program_remove(&p);
    if (v == NOT_RUN) return false;
    bool ok = v == RIGHT;
    bool found = (!ok || o->layers) && verify_layers(m, o, sets[0].inputs);
    if (ok && o->manifest) return measure_layers(m, o, &sets[0]);
    if (!ok && !found) puts("no single layer is wrong: the fault may be in how they share memory");
    return ok;
}

int verify_main(int argc, char **argv) {
    verify_options o = {
        .model = model_options_default(), .tolerance = default_tolerance,
        .inputs.option = "--input", .expected.option = "--expected",
        .suite = {.jobs = (int)sysconf(_SC_NPROCESSORS_ONLN), .seconds = 120, .memory = (int64_t)4 << 30}};
    o.model.runs_open = true;
    argp_parse(&verify_argp, argc, argv, 0, NULL, &o);
    model m;
    model_init(&m, &o.model);
    int code = EXIT_ERROR;
    if (!model_build_with(&o.model, &o.toolchain, m.arena, &m.diags)) code = EXIT_ERROR;
    else if (o.suite.folder) code = verify_suite(&o);
    else code = verify_model(&m, &o) ? 0 : EXIT_ERROR;
    model_free(&m);
    return code;
}
