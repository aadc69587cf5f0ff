/* One kernel alone: a network that computes the node once by each candidate, all in one program, so that they take turns
 * on the machine. Before each copy its inputs are converted anew, as if the layer before had just written them; each has
 * weights of its own, which come from memory in the cold runs. The first candidate runs once more in front, not counted: it
 * pays for what layers of a network find warm. */
#include <string.h>

#include "compiler/random_input.h"
#include "compiler/report.h"
#include "compiler/tune.h"

typedef struct trial {
    advice advice;
    const node **copies;
    const candidate *const *candidates;
    int n;
    graph *graph;
    plan *plan;
    arena *arena;
} trial;

/* ---- the network ---- */

/* The values of one copy: constants of its own, other inputs from the graph's, in the node's layout. */
static value *copy_input(const trial *t, const node *n, int index, value *const *inputs) {
    const value *v = n->inputs[index];
    region *body = t->graph->body;
    if (!v) return NULL;
    if (v->constant) return value_constant(t->graph, v->name, v->type, v->constant->data, v->constant->origin);
    if (v->type.layout.kind == LAYOUT_ROW_MAJOR) return inputs[index];
    node *convert = node_new(body, NULL, OP_to_c16, "input", 1, (value *[]){inputs[index]}, 1);
    convert->outputs[0]->type = v->type;
    return convert->outputs[0];
}

static const node *copy_node(const trial *t, const node *n, value *const *inputs) {
    value **own = ARENA_ARRAY(t->arena, value *, n->n_inputs);
    for (int i = 0; i < n->n_inputs; i++) {
        int first = 0;
        while (n->inputs[first] != n->inputs[i]) first++;
        own[i] = first < i ? own[first] : copy_input(t, n, i, inputs);
    }
    node *copy = node_new(t->graph->body, NULL, n->op, n->name, n->n_inputs, own, n->n_outputs);
    node_copy_attrs(copy, n);
    copy->n_core_inputs = n->n_core_inputs;
    copy->epilogue = n->epilogue;
    for (int i = 0; i < n->n_outputs; i++)
        if (n->outputs[i]) copy->outputs[i]->type = n->outputs[i]->type;
    return copy;
}

static value_type row_major(value_type t) {
    t.layout = (layout){.kind = LAYOUT_ROW_MAJOR};
    return t;
}

static void build_graph(trial *t, const node *n, diagnostics *d) {
    t->graph = graph_new(t->arena, d, n->name);
    region *body = t->graph->body;
    value **inputs = ARENA_ARRAY(t->arena, value *, n->n_inputs);
    for (int i = 0; i < n->n_inputs; i++)
        if (n->inputs[i] && !n->inputs[i]->constant) inputs[i] = region_add_input(body, "in", row_major(n->inputs[i]->type));
    for (int i = 0; i < t->n; i++) t->copies[i] = copy_node(t, n, inputs);
    value *last = t->copies[t->n - 1]->outputs[0];
    if (last->type.layout.kind != LAYOUT_ROW_MAJOR) {
        node *plain = node_new(body, NULL, OP_from_c16, "output", 1, &last, 1);
        plain->outputs[0]->type = row_major(last->type);
        last = plain->outputs[0];
    }
    region_add_output(body, last);
}

static const char *candidate_of_copy(const advice *a, const node *n, const char *signature, const char **source) {
    (void)signature;
    const trial *t = (const trial *)a; /* its first member */
    *source = "trial";
    for (int i = 0; i < t->n; i++)
        if (t->copies[i] == n) return t->candidates[i]->name;
    return NULL;
}

/* ---- measuring ---- */

double tune_least(const double *rows, int runs, int columns, int column) {
    double least = rows[column];
    for (int i = 1; i < runs; i++)
        if (rows[i * columns + column] < least) least = rows[i * columns + column];
    return least;
}

enum { COLD, WARM };

/* Rows of the steps' seconds, as many as fit into a while. */
static const double *measure(const program *p, const tensor *inputs, int steps, int core, int temperature, int *runs) {
    enum { FIRST = 3, MIN = 9, MAX = 300 };
    const double seconds = 0.4;
    double start = tune_now();
    if (!program_time_steps(p, inputs, FIRST, steps, core, temperature == COLD)) return NULL;
    double fit = seconds / (tune_now() - start) * FIRST;
    *runs = fit < MIN ? MIN : fit > MAX ? MAX : (int)fit;
    return program_time_steps(p, inputs, *runs, steps, core, temperature == COLD);
}

/* The step that computes a copy: the one that was given a choice. */
static int step_of(const step_list *list, const node *copy) {
    for (int i = 0; i < list->n; i++)
        if (list->steps[i]->node == copy && list->steps[i]->choice) return i;
    return -1;
}

static bool record_times(tuner *t, const trial *own, const program *p, const tensor *inputs, const char *signature) {
    step_list list = plan_steps(own->plan, own->arena);
    const double *rows[2];
    int runs[2];
    for (int i = COLD; i <= WARM; i++)
        if (!(rows[i] = measure(p, inputs, list.n, t->core, i, &runs[i]))) return false;
    for (int k = 1; k < own->n; k++) {
        finding f = {.kind = FINDING_TIME, .target = t->known.target, .compiler = t->compiler, .signature = signature, .candidate = own->candidates[k]->name};
        int column = step_of(&list, own->copies[k]);
        for (int i = COLD; i <= WARM; i++) f.microseconds[i] = 1e6 * tune_least(rows[i], runs[i], list.n, column) + 1e-3;
        if (!tune_record(t, &f)) return false;
    }
    return true;
}

static double weight_bytes(const plan *p, arena *a) {
    step_list list = plan_steps(p, a);
    double bytes = 0;
    for (int i = 0; i < list.n; i++) bytes += (double)step_weight_bytes(list.steps[i]);
    return bytes;
}

static bool try_candidates(tuner *t, const subject *s, const candidate *const *left, int count, arena *a);

/* More than that do not link into one program. */
static bool try_halves(tuner *t, const subject *s, const candidate *const *left, int count, arena *a) {
    return try_candidates(t, s, left, count / 2, a) && try_candidates(t, s, left + count / 2, count - count / 2, a);
}

static bool try_candidates(tuner *t, const subject *s, const candidate *const *left, int count, arena *a) {
    const double most = 1e9;
    diagnostics *d = &t->model->diags;
    const candidate **candidates = ARENA_ARRAY(a, const candidate *, count + 1);
    trial trying = {.advice = {candidate_of_copy}, .candidates = candidates, .n = count + 1, .arena = a}, *own = &trying;
    candidates[0] = left[0];
    memcpy(candidates + 1, left, sizeof *left * (size_t)count);
    own->copies = ARENA_ARRAY(a, const node *, own->n);
    build_graph(own, s->step->node, d);
    plan_options how = {.accuracy = t->options->plan.accuracy, .threads = t->options->plan.threads, .advice = &own->advice};
    own->plan = plan_make(own->graph, t->model->plan->targets, 1, &how, own->arena);
    if (!own->plan) return false;
    if (count > 1 && weight_bytes(own->plan, a) > most) return try_halves(t, s, left, count, a);
    int n = own->graph->body->n_inputs;
    tensor *inputs = ARENA_ARRAY(own->arena, tensor, n);
    uint64_t state = 1;
    for (int i = 0; i < n; i++) random_tensor(own->graph->body->inputs[i]->type, &state, &inputs[i], own->arena);
    program p;
    bool ok = program_build(&p, own->plan, &t->build, own->arena, d) && record_times(t, own, &p, inputs, s->signature);
    program_remove(&p);
    return ok;
}

double tune_alone(const tuner *t, const subject *s, const candidate *c) {
    const finding *f = tuning_find(&t->known, FINDING_TIME, s->signature, c->name);
    return !f ? 0 : f->microseconds[t->model->plan->cold ? COLD : WARM];
}

static bool record_best(tuner *t, const subject *s) {
    finding f = {.kind = FINDING_BEST, .target = t->known.target, .compiler = t->compiler, .signature = s->signature};
    for (int i = 0; i < s->n_tried; i++) {
        double us = tune_alone(t, s, s->tried[i]);
        if (f.candidate && us >= f.microseconds[0]) continue;
        f.candidate = s->tried[i]->name;
        f.microseconds[0] = us;
    }
    return tune_record(t, &f);
}

bool tune_trial(tuner *t, const subject *s) {
    arena *a = arena_new();
    const candidate **left = ARENA_ARRAY(a, const candidate *, s->n_tried);
    int n = 0;
    for (int i = 0; i < s->n_tried; i++)
        if (!(tune_alone(t, s, s->tried[i]) > 0)) left[n++] = s->tried[i];
    bool ok = !n || (try_candidates(t, s, left, n, a) && record_best(t, s));
    arena_free(a);
    return ok;
}
