#include <math.h>

#include "compiler/classes.h"
#include "compiler/quantize/quantize.h"

/* Energies, summed over samples. */
typedef struct energy {
    double signal, noise;
} energy;

typedef struct comparison {
    const region *body;
    const baseline *baseline;
    const watched *network; /* quantised */
    int n_layers;
    energy *outputs, *layers;
    int scores; /* the output of classes, or -1 */
    const tensor *labels;
    int64_t agree, right, right_float;
} comparison;

static void add_energy(energy *e, const tensor *want, const tensor *got, int64_t samples) {
    int64_t count = type_count(&want->type) * samples;
    for (int64_t i = 0; i < count; i++) {
        double x = dtype_load_float(want->type.elem, want->data, i), y = dtype_load_float(got->type.elem, got->data, i);
        e->signal += x * x;
        e->noise += (x - y) * (x - y);
    }
}

static double decibels(const energy *e) { return e->noise > 0 ? 10 * log10(e->signal / e->noise) : INFINITY; }

static bool is_float(const value_type *t) { return t->kind == TYPE_TENSOR && dtype_of(t->elem)->kind == CLASS_FLOAT; }

static void compare_classes(comparison *c, const tensor *want, const tensor *got, int64_t at, int64_t n) {
    for (int64_t s = 0; s < n; s++) {
        int64_t w = classes_best(want, s), g = classes_best(got, s);
        c->agree += w == g;
        if (!c->labels) continue;
        int64_t label = dtype_load_int(c->labels->type.elem, c->labels->data, at + s);
        c->right += g == label, c->right_float += w == label;
    }
}

static bool compare_batch(void *context, const tensor *want, const tensor *got, int64_t at, int64_t n) {
    comparison *c = context;
    for (int i = 0; i < c->body->n_outputs; i++)
        if (is_float(&want[i].type)) add_energy(&c->outputs[i], &want[i], &got[i], n);
    for (int i = 0; i < c->n_layers; i++) {
        const value *v = c->baseline->base.layers[i].output;
        add_energy(&c->layers[i], watch_find(&c->baseline->plain, want, v), watch_find(c->network, got, v), n);
    }
    if (c->scores >= 0) compare_classes(c, &want[c->scores], &got[c->scores], at, n);
    return true;
}

/* The graph as it is, with the outputs of layers visible, and what layers read. */
static bool build(watched *w, const baseline *b, bool layers, bool activations) {
    int n = 0;
    value **values = ARENA_ARRAY(b->graph->arena, value *, b->base.n_layers + b->base.n_activations);
    for (int i = 0; layers && i < b->base.n_layers; i++) values[n++] = b->base.layers[i].output;
    for (int i = 0; activations && i < b->base.n_activations; i++) values[n++] = b->base.activations[i].value;
    return watch_build(w, b->graph, values, n, b->options, b->toolchain);
}

bool measure_begin(baseline *b) { return build(&b->plain, b, true, true); }

void measure_end(baseline *b) { watch_free(&b->plain); }

static void conclude(measurement *m, const comparison *c, const baseline *b) {
    int64_t samples = b->samples->n;
    *m = (measurement){.snr = ARENA_ARRAY(b->graph->arena, double, b->graph->next_node), .agreement = -1, .accuracy = -1, .float_accuracy = -1};
    for (int i = 0; i < c->n_layers; i++) m->snr[b->base.layers[i].node->id] = decibels(&c->layers[i]);
    int floats = 0;
    for (int i = 0; i < c->body->n_outputs; i++)
        if (is_float(&c->body->outputs[i]->type)) m->output_snr += decibels(&c->outputs[i]), floats++;
    m->output_snr /= floats ? floats : 1;
    if (c->scores < 0) return;
    m->agreement = (double)c->agree / (double)samples;
    if (!c->labels) return;
    m->accuracy = (double)c->right / (double)samples;
    m->float_accuracy = (double)c->right_float / (double)samples;
}

bool measure(measurement *m, const baseline *b, bool layers) {
    arena *a = b->graph->arena;
    const region *body = b->graph->body;
    watched w;
    comparison c = {.body = body, .baseline = b, .network = &w, .n_layers = layers ? b->base.n_layers : 0, .outputs = ARENA_ARRAY(a, energy, body->n_outputs),
                    .layers = ARENA_ARRAY(a, energy, b->base.n_layers), .scores = classes_output(body), .labels = b->labels};
    bool ok = build(&w, b, layers, false) && watch_run(&b->plain, &w, b->samples, "accuracy", compare_batch, &c);
    watch_free(&w);
    if (ok) conclude(m, &c, b);
    return ok;
}
