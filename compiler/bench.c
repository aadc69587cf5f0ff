/* cnnc bench MODEL */
#include <argp.h>
#include <sched.h>
#include <stdlib.h>

#include "backend/schedule/schedule.h"
#include "compiler/model.h"
#include "compiler/options.h"
#include "compiler/peak.h"
#include "compiler/program.h"
#include "compiler/random_input.h"
#include "compiler/report.h"
#include "compiler/subcommand.h"

typedef struct bench_options {
    model_options model;
    toolchain toolchain;
    int runs;    /* 0: as many as fit into some seconds */
    int threads; /* 0: the serial entry point, with a row a layer */
    int core;    /* -1: any */
    bool best;   /* report the least instead of the median */
} bench_options;

enum { KEY_RUNS = 256, KEY_THREADS, KEY_CORE, KEY_BEST };

static const struct argp_option options[] = {
    {"runs", KEY_RUNS, "N", 0, "how often the network runs (default: for about three seconds)", 0},
    {"threads", KEY_THREADS, "N", 0, "time the whole network on N threads, without layers", 0},
    {"best", KEY_BEST, NULL, 0, "the least of all runs instead of the median, for machines that others use too", 0},
    {"core", KEY_CORE, "N", 0, "the CPU core to run on (default: the last; -1: any)", 0},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state) {
    bench_options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->model;
        state->child_inputs[1] = &o->toolchain;
        return 0;
    case KEY_RUNS: o->runs = option_int(arg, 1, 1000000, state); return 0;
    case KEY_THREADS: o->threads = option_int(arg, 1, 256, state); return 0;
    case KEY_BEST: o->best = true; return 0;
    case KEY_CORE: o->core = option_int(arg, -1, CPU_SETSIZE - 1, state); return 0;
    case ARGP_KEY_END:
        if (!o->model.path) argp_error(state, "no MODEL given");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&model_argp, 0, NULL, 0}, {&toolchain_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    options, parse, "MODEL",
    "Times a network on random input: for each layer the median of all runs, the rate, and its share of the measured "
    "peak of one core.", children, NULL, NULL};

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

/* ---- reporting ---- */

static void print_rate(double operations, double seconds, double peak) {
    double rate = seconds > 0 ? operations / seconds : 0;
    if (operations > 0) printf(" %9.2f", rate / 1e9);
    else printf(" %9s", "");
    if (operations > 0 && peak > 0) printf(" %5.1f %%", 100 * rate / peak);
    else printf(" %7s", "");
}

static double operations_of(const step *s) {
    return 2 * (double)s->macs + (double)s->flops;
}

static void print_layers(const step_list *list, const double *rows, const bench_options *o, double total, double peak, double *scratch) {
    printf("%-36s %-16s %9s %9s %6s %9s %7s  %s\n", "layer", "kernel", "us", "estimated", "time", "GFLOP/s", "peak", "how");
    for (int i = 0; i < list->n; i++) {
        const step *s = list->steps[i];
        if (s->kind != STEP_KERNEL) continue;
        double seconds = typical(rows, o->runs, list->n + 1, i, o->best, scratch);
        print_name(stdout, s->node ? s->node->name : "", 36);
        printf(" %-16s %9.1f", s->family->name, 1e6 * seconds);
        if (s->choice) printf(" %9.1f", s->choice->taken->microseconds);
        else printf(" %9s", "");
        printf(" %4.1f %%", total > 0 ? 100 * seconds / total : 0);
        print_rate(operations_of(s), seconds, peak);
        printf("  %s\n", s->summary ? s->summary : "");
    }
}

static bool bench(model *m, bench_options *o) {
    o->model.plan.threads = o->threads;
    if (!model_build_with(&o->model, &o->toolchain, m->arena, &m->diags) || !model_load(m, &o->model)) return false;
    tensor *inputs = ARENA_ARRAY(m->arena, tensor, m->graph->body->n_inputs);
    uint64_t state = 1;
    if (!random_inputs(m->graph->body, &state, inputs, m->arena, NULL, &m->diags)) return false;
    step_list list = plan_steps(m->plan, m->arena);
    int steps = o->threads ? 0 : list.n, core = o->threads ? -1 : o->core;
    double peak = peak_measure(&o->toolchain, m->plan->targets[0], core, m->arena, &m->diags);
    program p;
    program_options build = {.toolchain = o->toolchain, .threads = o->threads, .profile = !o->threads};
    const double *rows = NULL;
    if (program_build(&p, m->plan, &build, m->arena, &m->diags)) rows = measure(&p, inputs, steps, core, &o->runs);
    program_remove(&p);
    if (!rows) return false;
    double after = peak_measure(&o->toolchain, m->plan->targets[0], core, m->arena, &m->diags);
    if (after > peak) peak = after;
    double *scratch = ARENA_ARRAY(m->arena, double, o->runs), operations = 0;
    double total = typical(rows, o->runs, steps + 1, steps, o->best, scratch);
    for (int i = 0; i < list.n; i++) operations += operations_of(list.steps[i]);
    if (steps) print_layers(&list, rows, o, total, peak, scratch);
    printf("%-36s %-16s %9.1f %9s %6s", "whole network", "", 1e6 * total, "", "");
    print_rate(operations, total, peak * (o->threads ? o->threads : 1));
    printf("\n%s of %d runs, %s, measured peak %.1f GFLOP/s a core\n", o->best ? "best" : "median", o->runs, m->plan->targets[0]->name, peak / 1e9);
    return true;
}

int bench_main(int argc, char **argv) {
    bench_options o = {.model = model_options_default(), .core = option_last_core()};
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    model m;
    model_init(&m, &o.model);
    bool ok = bench(&m, &o);
    model_free(&m);
    return ok ? 0 : EXIT_ERROR;
}
