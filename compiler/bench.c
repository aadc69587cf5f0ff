/* cnnc bench MODEL */
#include <argp.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include "backend/schedule/schedule.h"
#include "compiler/bench.h"
#include "compiler/exits.h"
#include "compiler/model.h"
#include "compiler/options.h"
#include "compiler/output.h"
#include "compiler/program.h"
#include "compiler/random_input.h"
#include "compiler/report.h"
#include "compiler/subcommand.h"

typedef struct bench_options {
    model_options model;
    toolchain toolchain;
    int runs;    /* 0: as many as fit into some seconds */
    int threads; /* 0: the serial entry point */
    int core;    /* -1: any */
    bool best;   /* report the least instead of the median */
    const char *html, *save, *compare; /* files, or NULL */
    exits_options exits;
} bench_options;

enum { KEY_RUNS = 256, KEY_THREADS, KEY_CORE, KEY_BEST, KEY_HTML, KEY_SAVE, KEY_COMPARE };

static const struct argp_option options[] = {
    {"runs", KEY_RUNS, "N", 0, "how often the network runs (default: for about three seconds)", 0},
    {"threads", KEY_THREADS, "N", 0, "run on N threads; shares of the arithmetic are then of N cores", 0},
    {"best", KEY_BEST, NULL, 0, "the least of all runs instead of the median, for machines that others use too", 0},
    {"core", KEY_CORE, "N", 0, "the CPU core to run on (default: the last; -1: any)", 0},
    {"html", KEY_HTML, "FILE", 0, "write a page that shows where the time goes, layer by layer", 0},
    {"save", KEY_SAVE, "FILE", 0, "write the results as JSON", 0},
    {"compare", KEY_COMPARE, "FILE", 0, "show beside them the results that --save wrote into FILE", 0},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state) {
    bench_options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->model;
        state->child_inputs[1] = &o->toolchain;
        state->child_inputs[2] = &o->exits;
        return 0;
    case KEY_RUNS: o->runs = option_int(arg, 1, 1000000, state); return 0;
    case KEY_THREADS: o->threads = option_int(arg, 1, 256, state); return 0;
    case KEY_BEST: o->best = true; return 0;
    case KEY_CORE: o->core = option_int(arg, -1, CPU_SETSIZE - 1, state); return 0;
    case KEY_HTML: o->html = arg; return 0;
    case KEY_SAVE: o->save = arg; return 0;
    case KEY_COMPARE: o->compare = arg; return 0;
    case ARGP_KEY_END:
        if (!o->model.path) argp_error(state, "no MODEL given");
        if (o->exits.data.n && (o->html || o->save || o->compare || o->best)) argp_error(state, "--html, --save, --compare and --best are about layers, not --data");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&model_argp, 0, NULL, 0}, {&toolchain_argp, 0, NULL, 0}, {&exits_argp, 0, NULL, 0}, {0}};
const struct argp bench_argp = {
    options, parse, "MODEL",
    "Times a network on random input: for each layer the median of all runs, its arithmetic and its bytes a second, and "
    "their shares of what one core can do, which is measured too.", children, NULL, NULL};

/* ---- measuring ---- */

static int by_value(const void *x, const void *y) {
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

/* The median (or the least) of column `column` in rows of `columns`. */
static double typical(const double *rows, int n, int columns, int column, bool best, double *scratch) {
    for (int i = 0; i < n; i++) scratch[i] = rows[i * columns + column];
    qsort(scratch, (size_t)n, sizeof *scratch, by_value);
    if (best) return scratch[0];
    return n % 2 ? scratch[n / 2] : (scratch[n / 2 - 1] + scratch[n / 2]) / 2;
}

/* Fills *runs in; rows of steps + 1 doubles. */
static double *measure(const program *p, const tensor *inputs, int steps, int core, int *runs) {
    enum { TRIAL = 3, MIN_RUNS = 5, MAX_RUNS = 2000 };
    const double budget = 3;
    if (*runs) return program_time(p, inputs, *runs, steps, core);
    const double *trial = program_time(p, inputs, TRIAL, steps, core);
    if (!trial) return NULL;
    double scratch[TRIAL], once = typical(trial, TRIAL, steps + 1, steps, false, scratch) * (steps ? 2 : 1);
    double fit = once > 0 ? budget / once : MAX_RUNS;
    *runs = fit < MIN_RUNS ? MIN_RUNS : fit > MAX_RUNS ? MAX_RUNS : (int)fit;
    return program_time(p, inputs, *runs, steps, core);
}

/* ---- results ---- */

static double operations_of(const step *s) {
    return (2 * (double)s->macs + (double)s->flops) * (double)s->times;
}

/* Of the machine that cnnc runs on. */
static const char *machine_name(arena *a) {
    char line[256], name[200];
    struct utsname u;
    FILE *f = fopen("/proc/cpuinfo", "r");
    bool found = false;
    while (f && !found && fgets(line, sizeof line, f)) found = sscanf(line, "model name : %199[^\n]", name) == 1;
    if (f) fclose(f);
    if (found) return readable_name(a, name);
    return uname(&u) == 0 ? arena_strdup(a, u.machine) : "unknown machine";
}

static void collect_layers(bench_result *r, const step_list *list, const double *rows, const bench_options *o, model *m) {
    double *scratch = ARENA_ARRAY(m->arena, double, o->runs);
    bench_layer *layers = ARENA_ARRAY(m->arena, bench_layer, list->n);
    int columns = list->n + 1;
    const double known = m->sizes ? 0 : 1; /* work and memory of a plan for open sizes are those of the largest */
    for (int i = 0; i < list->n; i++) {
        const step *s = list->steps[i];
        r->operations += known * operations_of(s);
        if (s->kind != STEP_KERNEL) continue;
        layers[r->n_layers++] = (bench_layer){
            .name = readable_name(m->arena, s->node ? s->node->name : ""), .kernel = s->family->name, .how = s->summary ? s->summary : "",
            .seconds = typical(rows, o->runs, columns, i, o->best, scratch), .operations = known * operations_of(s),
            .peak = s->product == DT_NONE ? 0 : peak_of(&r->peak, s->product),
            .estimate = s->choice ? known * 1e-6 * s->choice->taken->microseconds * (double)s->times : 0,
            .weights = (double)step_weight_bytes(s) * (double)s->times, .activations = known * (double)step_activation_bytes(s) * (double)s->times};
    }
    r->layers = layers;
    r->seconds = typical(rows, o->runs, columns, columns - 1, o->best, scratch);
}

/* The peaks are taken before and after: other programs slow the core down for seconds. */
static bool bench(model *m, bench_options *o, bench_result *r) {
    o->model.plan.threads = o->threads;
    if (!model_build_with(&o->model, &o->toolchain, m->arena, &m->diags) || !model_load(m, &o->model)) return false;
    const toolchain *t = &o->toolchain;
    *r = (bench_result){.model = readable_name(m->arena, o->model.path), .target = m->plan->targets[0]->name,
                        .compiler = readable_name(m->arena, arena_printf(m->arena, "%s %s", t->cc, t->cflags)), .machine = machine_name(m->arena),
                        .statistic = o->best ? "best" : "median", .threads = o->threads};
    tensor *inputs = ARENA_ARRAY(m->arena, tensor, m->graph->body->n_inputs);
    uint64_t state = 1;
    if (!random_inputs(m->graph->body, &state, inputs, m->arena, NULL, &m->diags)) return false;
    step_list list = plan_steps(m->plan, m->arena);
    int core = o->threads ? -1 : o->core;
    if (!peak_measure(&r->peak, t, m->plan->targets[0], core, m->arena, &m->diags)) return false;
    program p;
    program_options build = {.toolchain = *t, .threads = o->threads, .profile = true, .graph = m->graph, .sizes = m->sizes};
    const double *rows = NULL;
    if (program_build(&p, m->plan, &build, m->arena, &m->diags)) rows = measure(&p, inputs, list.n, core, &o->runs);
    program_remove(&p);
    if (!rows || !peak_measure(&r->peak, t, m->plan->targets[0], core, m->arena, &m->diags)) return false;
    r->runs = o->runs;
    for (int i = 0; o->threads && i < 3; i++) *(double *[]){&r->peak.operations, &r->peak.of_bf16, &r->peak.of_bytes}[i] *= o->threads;
    collect_layers(r, &list, rows, o, m);
    return true;
}

static bool write_files(const bench_options *o, const bench_result *r, const bench_result *old, model *m) {
    output_set files = {.arena = m->arena, .diags = &m->diags};
    FILE *saved = o->save ? output_open(&files, o->save) : NULL, *html = o->html ? output_open(&files, o->html) : NULL;
    bool ok = (saved || !o->save) && (html || !o->html);
    ok = ok && (!saved || bench_save(saved, r, &m->diags)) && (!html || bench_write_html(html, r, old, m->arena, &m->diags));
    if (ok) return output_commit(&files);
    output_discard(&files);
    return false;
}

static bool bench_and_report(model *m, bench_options *o) {
    bench_result new, old;
    if (o->compare && !bench_load(&old, o->compare, m->arena, &m->diags)) return false;
    if (!bench(m, o, &new)) return false;
    bench_print(stdout, &new, o->compare ? &old : NULL, m->arena);
    return write_files(o, &new, o->compare ? &old : NULL, m);
}

/* ---- on a data set ---- */

static bool write_plot(const bench_options *o, const exits_result *r, model *m) {
    output_set files = {.arena = m->arena, .diags = &m->diags};
    FILE *f = o->exits.svg ? output_open(&files, o->exits.svg) : NULL;
    if (f) exits_draw(f, r);
    return !o->exits.svg || (f && output_commit(&files));
}

static bool bench_exits(model *m, bench_options *o) {
    enum { RUNS = 10 };
    o->model.plan.threads = o->threads;
    if (!model_build_with(&o->model, &o->toolchain, m->arena, &m->diags) || !model_load(m, &o->model)) return false;
    program p;
    exits_result r;
    const program_options build = {.toolchain = o->toolchain, .threads = o->threads, .graph = m->graph, .sizes = m->sizes};
    bool ok = program_build(&p, m->plan, &build, m->arena, &m->diags) &&
              exits_measure(&r, &p, &o->exits, o->runs ? o->runs : RUNS, o->threads ? -1 : o->core);
    program_remove(&p);
    if (!ok) return false;
    exits_print(stdout, &r);
    return write_plot(o, &r, m);
}

int bench_main(int argc, char **argv) {
    bench_options o = {.model = model_options_default(), .core = option_last_core(), .exits.data.option = "--data"};
    o.model.runs_open = true;
    argp_parse(&bench_argp, argc, argv, 0, NULL, &o);
    model m;
    model_init(&m, &o.model);
    bool ok = o.exits.data.n ? bench_exits(&m, &o) : bench_and_report(&m, &o);
    model_free(&m);
    return ok ? 0 : EXIT_ERROR;
}
