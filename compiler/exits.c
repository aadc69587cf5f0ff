#include "compiler/exits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/classes.h"

/* ---- options ---- */

enum { KEY_DATA = 768, KEY_LABELS, KEY_THRESHOLDS, KEY_SVG };

static const struct argp_option options[] = {
    {NULL, 0, NULL, 0, "On a data set, for networks with early exits:", 20},
    {"data", KEY_DATA, "FILE.npy", 0, "samples; prints accuracy, mean latency and the share of each exit instead of layers", 0},
    {"labels", KEY_LABELS, "FILE.npy", 0, "the class of each sample", 0},
    {"thresholds", KEY_THRESHOLDS, "LIST", 0, "A:B:STEP or numbers with commas, for the input 'threshold' (default: its own)", 0},
    {"svg", KEY_SVG, "FILE", 0, "draw accuracy over mean latency", 0},
    {0},
};

static double parse_number(const char **at, const char *arg, const struct argp_state *state) {
    char *end;
    double x = strtod(*at, &end);
    if (end == *at || !isfinite(x)) argp_error(state, "--thresholds is A:B:STEP or numbers with commas, not '%s'", arg);
    *at = end;
    return x;
}

static void parse_thresholds(exits_options *o, const char *arg, const struct argp_state *state) {
    const char *at = arg, separator = arg[strcspn(arg, ":,")];
    double numbers[THRESHOLDS_MAX] = {0};
    int n = 0;
    for (numbers[n++] = parse_number(&at, arg, state); *at && *at == separator && n < THRESHOLDS_MAX; numbers[n++] = parse_number(&at, arg, state)) at++;
    if (*at || (separator == ':' && (n != 3 || numbers[2] <= 0 || numbers[1] < numbers[0])))
        argp_error(state, "--thresholds is A:B:STEP or at most %d numbers with commas, not '%s'", THRESHOLDS_MAX, arg);
    memcpy(o->thresholds, numbers, sizeof numbers);
    o->n = n;
    if (separator != ':') return;
    double steps = floor((numbers[1] - numbers[0]) / numbers[2] + 1e-9);
    if (steps >= THRESHOLDS_MAX) argp_error(state, "--thresholds: more than %d of them", THRESHOLDS_MAX);
    o->n = (int)steps + 1;
    for (int i = 0; i < o->n; i++) o->thresholds[i] = numbers[0] + i * numbers[2];
}

static error_t parse(int key, char *arg, struct argp_state *state) {
    exits_options *o = state->input;
    switch (key) {
    case KEY_DATA:
        if (!array_arguments_add(&o->data, arg)) argp_error(state, "too many --data");
        return 0;
    case KEY_LABELS: o->labels = arg; return 0;
    case KEY_THRESHOLDS: parse_thresholds(o, arg, state); return 0;
    case KEY_SVG: o->svg = arg; return 0;
    case ARGP_KEY_END:
        if (!o->data.n && (o->labels || o->n || o->svg)) argp_error(state, "--labels, --thresholds and --svg need --data");
        if (o->svg && !o->labels) argp_error(state, "--svg draws accuracy, which needs --labels");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

const struct argp exits_argp = {options, parse, NULL, NULL, NULL, NULL, NULL};

/* ---- measuring ---- */

static int find(value *const *values, int n, const char *name) {
    for (int i = 0; i < n; i++)
        if (!strcmp(values[i]->name, name)) return i;
    return -1;
}

/* Counts which exit each sample took; the number of exits grows as they are seen. */
static void count_exits(exits_row *row, exits_result *r, const tensor *taken) {
    for (int64_t s = 0; s < r->samples; s++) {
        int64_t e = taken ? dtype_load_int(taken->type.elem, taken->data, s) : 1;
        if (e < 1 || e > r->n_exits) continue;
        row->shares[e - 1] += 1 / (double)r->samples;
    }
}

static int64_t largest(const tensor *t, int64_t n) {
    int64_t most = 1;
    for (int64_t i = 0; i < n; i++) {
        int64_t x = dtype_load_int(t->type.elem, t->data, i);
        most = x > most ? x : most;
    }
    return most;
}

static bool measure_row(exits_row *row, exits_result *r, const program *p, const tensor *inputs, const tensor *labels, int runs, int core) {
    const region *body = p->graph->body;
    tensor *outputs = ARENA_ARRAY(p->arena, tensor, body->n_outputs);
    const double *seconds = program_time_each(p, r->samples, inputs, runs, core);
    if (!seconds || !program_run(p, r->samples, inputs, outputs)) return false;
    int scores = classes_output(body), taken = find(body->outputs, body->n_outputs, "exit");
    int64_t right = 0;
    for (int64_t s = 0; s < r->samples; s++) {
        row->seconds += seconds[s] / (double)r->samples;
        if (labels) right += classes_best(&outputs[scores], s) == dtype_load_int(labels->type.elem, labels->data, s);
    }
    row->accuracy = (double)right / (double)r->samples;
    enum { EXITS_MAX = 64 };
    int64_t most = taken < 0 ? 1 : largest(&outputs[taken], r->samples);
    if (most > EXITS_MAX) return diag_error(p->diags, "", NULL, "output 'exit' says %lld, which is no exit", (long long)most);
    row->shares = ARENA_ARRAY(p->arena, double, EXITS_MAX);
    r->n_exits = most > r->n_exits ? (int)most : r->n_exits;
    count_exits(row, r, taken < 0 ? NULL : &outputs[taken]);
    return true;
}

/* The value for every sample. */
static void set_threshold(tensor *t, double x, int64_t samples) {
    for (int64_t s = 0; s < samples; s++) dtype_store_float(t->type.elem, t->data, s, x);
}

static int find_threshold(const region *body, const exits_options *o, diagnostics *d) {
    int at = find(body->inputs, body->n_inputs, "threshold");
    bool usable = at >= 0 && type_count(&body->inputs[at]->type) == 1 && dtype_of(body->inputs[at]->type.elem)->kind == CLASS_FLOAT;
    if (usable) return at;
    if (o->n) diag_error(d, "--thresholds", "make it one: threshold: f32 = 0.5", "the network has no input 'threshold' of one number");
    return -1;
}

bool exits_measure(exits_result *r, const program *p, const exits_options *o, int runs, int core) {
    const region *body = p->graph->body;
    tensor *inputs = ARENA_ARRAY(p->arena, tensor, body->n_inputs), labels;
    int threshold = find_threshold(body, o, p->diags);
    if (o->n && threshold < 0) return false;
    *r = (exits_result){.n_exits = 1, .n_rows = o->n ? o->n : 1, .has_threshold = threshold >= 0, .has_labels = o->labels != NULL};
    if (!arrays_read(&o->data, body->inputs, body->n_inputs, inputs, &r->samples, p->arena, p->diags)) return false;
    if (o->labels && classes_output(body) < 0) return diag_error(p->diags, "--labels", NULL, "no output of the network has a score for each class, [1,N]");
    if (o->labels && !classes_read(o->labels, r->samples, &labels, p->arena, p->diags)) return false;
    r->rows = ARENA_ARRAY(p->arena, exits_row, r->n_rows);
    for (int i = 0; i < r->n_rows; i++) {
        if (o->n) set_threshold(&inputs[threshold], o->thresholds[i], r->samples);
        if (threshold >= 0) r->rows[i].threshold = dtype_load_float(inputs[threshold].type.elem, inputs[threshold].data, 0);
        if (!measure_row(&r->rows[i], r, p, inputs, o->labels ? &labels : NULL, runs, core)) return false;
    }
    return true;
}
