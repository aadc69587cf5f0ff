/* The whole network, built once for each of a few assignments of candidates to its kernels, the first being the cost
 * model's own. The programs take turns; a kernel's time in one is that of all its steps. */
#include <string.h>

#include "compiler/random_input.h"
#include "compiler/report.h"
#include "compiler/tune.h"

enum { MOST = 4, ROUNDS = 3, MAX_RUNS = 200 };

/* Those that are worth a comparison: the model's choice, then the best alone. */
typedef struct contest {
    const subject *subject;
    const candidate *near[MOST];
    int n;
    double seconds[MOST]; /* within the network, the least of the programs it was in; 0: none yet */
} contest;

typedef struct variant {
    advice advice;
    const tuner *tuner;
    const contest *contests;
    int n, index; /* of the assignment */
    plan *plan;
    program program;
    double total; /* seconds */
} variant;

/* ---- who competes ---- */

static bool is_near(const contest *c, const candidate *x) {
    for (int i = 0; i < c->n; i++)
        if (c->near[i] == x) return true;
    return false;
}

/* The best measured one that is not listed yet. */
static const candidate *next_best(const tuner *t, const contest *c) {
    const subject *s = c->subject;
    const candidate *best = NULL;
    for (int i = 0; i < s->n_tried; i++) {
        if (is_near(c, s->tried[i]) || !(tune_alone(t, s, s->tried[i]) > 0)) continue;
        if (!best || tune_alone(t, s, s->tried[i]) < tune_alone(t, s, best)) best = s->tried[i];
    }
    return best;
}

static contest contest_of(const tuner *t, const subject *s) {
    const double close = 1.05;
    contest c = {.subject = s, .near = {s->step->choice->taken}, .n = 1};
    double own = tune_alone(t, s, c.near[0]), least = own;
    for (const candidate *x; c.n < MOST && (x = next_best(t, &c)); c.n++) {
        double us = tune_alone(t, s, x);
        if (least > 0 && us > least * close) break;
        if (least == 0 || us < least) least = us;
        c.near[c.n] = x;
    }
    return c;
}

/* ---- programs ---- */

static const candidate *assigned(const variant *v, const contest *c) { return c->near[v->index % c->n]; }

static const char *candidate_of_variant(const advice *a, const node *n, const char *signature, const char **source) {
    const variant *v = (const variant *)a; /* its first member */
    *source = "tuning";
    for (int i = 0; i < v->n; i++)
        if (!strcmp(v->contests[i].subject->signature, signature)) return assigned(v, &v->contests[i])->name;
    const advice *known = &v->tuner->known.advice;
    return v->index ? known->best(known, n, signature, source) : NULL;
}

static bool build(variant *v, arena *a) {
    const tuner *t = v->tuner;
    model *m = t->model;
    plan_options how = t->options->plan;
    how.advice = &v->advice;
    v->plan = plan_make(m->graph, m->plan->targets, 1, &how, a);
    return v->plan && program_build(&v->program, v->plan, &t->build, a, &m->diags);
}

static void keep_least(double *x, double y) {
    if (*x == 0 || y < *x) *x = y;
}

static bool measure(variant *v, contest *contests, const tensor *inputs, int *runs, arena *a) {
    const double seconds = 0.5;
    step_list list = plan_steps(v->plan, a);
    double start = tune_now();
    int n = *runs ? *runs : 2;
    const double *rows = program_time_steps(&v->program, inputs, n, list.n, v->tuner->core, 0);
    if (!rows) return false;
    double fit = seconds / (tune_now() - start) * 3 + 3;
    if (!*runs) *runs = fit < MAX_RUNS ? (int)fit : MAX_RUNS;
    double total = 0, *by_contest = ARENA_ARRAY(a, double, v->n);
    for (int i = 0; i < list.n; i++) {
        double least = tune_least(rows, n, list.n, i);
        total += least;
        for (int k = 0; k < v->n && list.steps[i]->choice; k++)
            if (!strcmp(list.steps[i]->choice->signature, contests[k].subject->signature)) by_contest[k] += least;
    }
    keep_least(&v->total, total);
    for (int k = 0; k < v->n; k++) keep_least(&contests[k].seconds[v->index % contests[k].n], by_contest[k]);
    return true;
}

static bool compare(variant *variants, int n, contest *contests, arena *a) {
    const graph *g = variants[0].tuner->model->graph;
    tensor *inputs = ARENA_ARRAY(a, tensor, g->body->n_inputs);
    uint64_t state = 1;
    for (int i = 0; i < g->body->n_inputs; i++)
        if (!random_tensor(g->body->inputs[i]->type, &state, &inputs[i], a))
            return diag_error(g->diags, "", NULL, "input '%.80s' cannot be made up", g->body->inputs[i]->name);
    int runs = 0;
    bool ok = true;
    for (int i = 0; ok && i < n; i++) ok = build(&variants[i], a);
    for (int round = 0; ok && round < ROUNDS; round++)
        for (int i = 0; ok && i < n; i++) ok = measure(&variants[i], contests, inputs, &runs, a);
    for (int i = 0; i < n; i++)
        if (variants[i].program.folder) program_remove(&variants[i].program);
    return ok;
}

/* ---- the outcome ---- */

static int winner(const contest *c) {
    int best = 0;
    for (int i = 1; i < c->n; i++)
        if (c->seconds[i] < c->seconds[best]) best = i;
    return best;
}

static bool record(tuner *t, const contest *c) {
    int best = winner(c);
    double us = c->n > 1 ? 1e6 * c->seconds[best] / c->subject->uses : tune_alone(t, c->subject, c->near[0]);
    finding f = {.kind = FINDING_USE, .target = t->known.target, .compiler = t->compiler, .signature = c->subject->signature,
                 .candidate = c->near[best]->name, .microseconds = {us + 1e-3}};
    return tune_record(t, &f);
}

bool tune_confirm(tuner *t, const subject *subjects, int n, double *untuned, double *tuned) {
    arena *a = arena_new();
    contest *contests = ARENA_ARRAY(a, contest, n + 1);
    int count = 0, most = 1;
    for (int i = 0; i < n; i++) {
        if (tuning_find(&t->known, FINDING_USE, subjects[i].signature, NULL)) continue;
        contests[count] = contest_of(t, &subjects[i]);
        if (contests[count].n > most) most = contests[count].n;
        count++;
    }
    variant variants[MOST];
    for (int i = 0; i < most; i++)
        variants[i] = (variant){.advice = {candidate_of_variant}, .tuner = t, .contests = contests, .n = count, .index = i};
    *untuned = *tuned = 0;
    bool ok = most == 1 || compare(variants, most, contests, a);
    if (ok && most > 1) *untuned = *tuned = 1e6 * variants[0].total;
    for (int i = 0; ok && i < count; i++) {
        *tuned -= contests[i].n > 1 ? 1e6 * (contests[i].seconds[0] - contests[i].seconds[winner(&contests[i])]) : 0;
        ok = record(t, &contests[i]);
    }
    arena_free(a);
    return ok;
}
