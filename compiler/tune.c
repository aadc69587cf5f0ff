/* cnnc tune MODEL -o FILE */
#include "compiler/tune.h"

#include <argp.h>
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compiler/options.h"
#include "compiler/progress.h"
#include "compiler/report.h"
#include "compiler/subcommand.h"

typedef struct tune_options {
    model_options model;
    toolchain toolchain;
    const char *output;
    int shard, shards; /* from 1 */
    int seconds;       /* 0: no limit */
    int core;
} tune_options;

enum { KEY_SHARD = 256, KEY_BUDGET, KEY_CORE, KEY_THREADS };

static const struct argp_option options[] = {
    {"output", 'o', "FILE", 0, "the tuning file, which is made or added to; what it has is not measured again", 0},
    {"shard", KEY_SHARD, "I/N", 0, "only every N-th kernel, from the I-th (1 to N): for several machines, or jobs, alike", 0},
    {"budget", KEY_BUDGET, "SECONDS", 0, "stop measuring after this time", 0},
    {"threads", KEY_THREADS, "N", 0, "tune for networks compiled with --threads=N, on N cores", 0},
    {"core", KEY_CORE, "N", 0, "the CPU core to run on (default: the last; -1: any)", 0},
    {0},
};

static void parse_shard(tune_options *o, const char *arg, const struct argp_state *state) {
    int end = 0;
    if (sscanf(arg, "%d/%d%n", &o->shard, &o->shards, &end) != 2 || arg[end] || o->shard < 1 || o->shard > o->shards || o->shards > 100000)
        argp_error(state, "--shard is I/N with I from 1 to N, not '%s'", arg);
}

static void check_complete(const tune_options *o, const struct argp_state *state) {
    if (!o->model.path) argp_error(state, "no MODEL given");
    if (!o->output) argp_error(state, "say where findings go: -o FILE");
    if (o->model.tuning_path) argp_error(state, "what is known already is in the FILE of -o: there is no --tune here");
}

static error_t parse(int key, char *arg, struct argp_state *state) {
    tune_options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->model;
        state->child_inputs[1] = &o->toolchain;
        return 0;
    case 'o': o->output = arg; return 0;
    case KEY_SHARD: parse_shard(o, arg, state); return 0;
    case KEY_BUDGET: o->seconds = option_int(arg, 1, 100000000, state); return 0;
    case KEY_THREADS: o->model.plan.threads = option_int(arg, 1, 256, state); return 0;
    case KEY_CORE: o->core = option_int(arg, -1, CPU_SETSIZE - 1, state); return 0;
    case ARGP_KEY_END: check_complete(o, state); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&model_argp, 0, NULL, 0}, {&toolchain_argp, 0, NULL, 0}, {0}};
const struct argp tune_argp = {
    options, parse, "MODEL -o FILE",
    "Measures on this machine which kernels are fastest for a network, for cnnc --tune FILE. It can be stopped at any time: "
    "the same command goes on where it was. Tuning files are merged with cat.", children, NULL, NULL};

/* ---- what is known ---- */

double tune_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool flush(tuner *t) {
    return fflush(t->out) == 0 || diag_error(&t->model->diags, t->file, "is the disk full?", "cannot be written: %s", strerror(errno));
}

bool tune_record(tuner *t, const finding *f) {
    tuning_add(&t->known, f);
    finding_print(t->out, f);
    return flush(t);
}

static bool open_file(tuner *t) {
    model *m = t->model;
    size_t size;
    const char *bytes = tuning_bytes(t->file, false, &size, m->arena, &m->diags);
    if (!bytes || !tuning_read(&t->known, t->file, size ? bytes : NULL, size, m->arena, &m->diags)) return false;
    t->known.target = m->plan->targets[0]->name;
    t->known.compiler = t->compiler;
    t->out = fopen(t->file, "a");
    if (!t->out) return diag_error(&m->diags, t->file, NULL, "cannot be written: %s", strerror(errno));
    if (size && bytes[size - 1] != '\n') fputc('\n', t->out);
    if (!size) tuning_print_header(t->out);
    return flush(t);
}

/* ---- what there is to tune ---- */

/* Of each family the few that should be fastest, unless they are far behind the best of all. */
static void choose_tried(subject *s, arena *a) {
    enum { OF_A_FAMILY = 6 };
    const double far = 1.5;
    const choice *c = s->step->choice;
    s->tried = ARENA_ARRAY(a, const candidate *, c->n);
    for (int i = 0; i < c->n && !c->candidates[i].refused; i++) {
        int before = 0;
        for (int k = 0; k < i; k++) before += c->candidates[k].family == c->candidates[i].family;
        if (before < OF_A_FAMILY && c->candidates[i].microseconds <= far * c->candidates[0].microseconds) s->tried[s->n_tried++] = &c->candidates[i];
    }
}

static double weight(const subject *s) { return s->uses * s->step->choice->taken->microseconds; }

static int by_weight(const void *x, const void *y) {
    const subject *a = x, *b = y;
    if (weight(a) != weight(b)) return weight(a) > weight(b) ? -1 : 1;
    return strcmp(a->signature, b->signature);
}

/* One for each signature, the most costly first. */
static int find_subjects(const plan *p, subject **out, arena *a) {
    step_list list = plan_steps(p, a);
    subject *subjects = ARENA_ARRAY(a, subject, list.n + 1);
    int n = 0;
    for (int i = 0; i < list.n; i++) {
        const choice *c = list.steps[i]->choice;
        if (!c || list.steps[i]->family->joins) continue; /* copies of its node alone would be computed otherwise */
        int at = 0;
        while (at < n && strcmp(subjects[at].signature, c->signature)) at++;
        if (at == n) subjects[n++] = (subject){.step = list.steps[i], .signature = c->signature};
        subjects[at].uses++;
    }
    for (int i = 0; i < n; i++) choose_tried(&subjects[i], a);
    qsort(subjects, (size_t)n, sizeof *subjects, by_weight);
    *out = subjects;
    return n;
}

static int take_shard(subject *subjects, int n, const tune_options *o) {
    int kept = 0;
    for (int i = o->shard - 1; i < n; i += o->shards) subjects[kept++] = subjects[i];
    return kept;
}

/* ---- the work ---- */

static const finding *best_alone(const tuner *t, const subject *s) { return tuning_find(&t->known, FINDING_BEST, s->signature, NULL); }

static void show(const tuner *t, const subject *s, int done, int n, double since, progress *bar) {
    int left = (int)((tune_now() - since) / done * (n - done));
    const finding *f = best_alone(t, s);
    char line[300];
    snprintf(line, sizeof line, "%d:%02d left, %s", left / 60, left % 60, f ? f->candidate : "");
    progress_step(bar, line);
    if (bar->visible) return;
    fprintf(stderr, "tuned %d of %d: ", done, n);
    print_name(stderr, s->step->node->name, 32);
    fprintf(stderr, " %s, %.1f us; %d:%02d left\n", f ? f->candidate : "", f ? f->microseconds[0] : 0, left / 60, left % 60);
}

/* False after an error; *done: how many there was time for. */
static bool measure_all(tuner *t, const subject *subjects, int n, int *done) {
    progress bar = progress_start("tuning", n);
    double since = tune_now();
    bool ok = true;
    for (*done = 0; ok && *done < n && tune_now() < t->deadline; ++*done) {
        ok = tune_trial(t, &subjects[*done]);
        if (ok) show(t, &subjects[*done], *done + 1, n, since, &bar);
    }
    progress_end(&bar);
    return ok;
}

static void report(const tuner *t, const subject *subjects, int n) {
    printf("%-36s %4s  %s\n", "layer", "uses", "kernel");
    for (int i = 0; i < n; i++) {
        const subject *s = &subjects[i];
        const finding *f = tuning_find(&t->known, FINDING_USE, s->signature, NULL);
        if (!f) f = best_alone(t, s);
        print_name(stdout, s->step->node->name, 36);
        printf(" %4d  ", s->uses);
        if (!f) puts("not measured yet");
        else if (!strcmp(f->candidate, s->step->choice->taken->name)) printf("%s, %.1f us\n", f->candidate, f->microseconds[0]);
        else printf("%s, %.1f us, instead of %s\n", f->candidate, f->microseconds[0], s->step->choice->taken->name);
    }
}

static bool work(tuner *t, const tune_options *o) {
    subject *subjects;
    int n = find_subjects(t->model->plan, &subjects, t->model->arena), done;
    n = take_shard(subjects, n, o);
    double untuned = 0, tuned = 0;
    if (!measure_all(t, subjects, n, &done)) return false;
    bool late = tune_now() >= t->deadline;
    if (!late && !tune_confirm(t, subjects, n, &untuned, &tuned)) return false;
    report(t, subjects, n);
    if (untuned > 0) printf("whole network: %.1f us as estimated, %.1f us tuned\n", untuned, tuned);
    if (late) printf("stopped after %d seconds with %d of %d kernels; the same command goes on\n", o->seconds, done, n);
    return true;
}

static bool tune(model *m, tune_options *o) {
    int threads = o->model.plan.threads > 1 ? o->model.plan.threads : 0;
    tuner t = {.model = m, .options = &o->model, .file = o->output, .core = threads ? -1 : o->core};
    t.build = (program_options){.threads = threads, .profile = true, .embedded = true, .cpu_time = !threads};
    t.deadline = o->seconds ? tune_now() + o->seconds : INFINITY;
    if (!toolchain_complete(&o->toolchain, m->arena, &m->diags) || !model_load(m, &o->model)) return false;
    if (m->plan->n_targets > 1) return diag_error(&m->diags, "--target", "tune for each in turn, into the same file", "is for one target here");
    t.build.toolchain = o->toolchain;
    t.compiler = toolchain_identify(&o->toolchain, m->arena, &m->diags);
    if (!t.compiler || !open_file(&t)) return false;
    bool ok = work(&t, o);
    fclose(t.out);
    return ok;
}

int tune_main(int argc, char **argv) {
    tune_options o = {.model = model_options_default(), .shard = 1, .shards = 1, .core = option_last_core()};
    argp_parse(&tune_argp, argc, argv, 0, NULL, &o);
    model m;
    model_init(&m, &o.model);
    bool ok = tune(&m, &o);
    model_free(&m);
    return ok ? 0 : EXIT_ERROR;
}
