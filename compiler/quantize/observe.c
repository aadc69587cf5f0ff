#include <math.h>
#include <string.h>

#include "compiler/quantize/quantize.h"

typedef struct observer {
    const scheme *scheme;
    observation *all; /* by value id */
    const watched *network;
} observer;

static const char *name_of(const value *v) { return *v->name ? v->name : "?"; }

/* Channels of a value, and elements from one to the next of a channel. */
static int64_t channels_of(const value_type *t, int64_t *inner) {
    int axis = t->rank > 2 ? 1 : t->rank - 1;
    *inner = 1;
    for (int i = axis + 1; i < t->rank; i++) *inner *= type_size(t, i);
    return t->rank ? type_size(t, axis) : 1;
}

static observation *observed(const observer *o, int i) { return &o->all[o->scheme->activations[i].value->id]; }
static const float *data_of(const observer *o, const tensor *outputs, int i) { return watch_find(o->network, outputs, o->scheme->activations[i].value)->data; }

/* ---- the first time: ranges and means ---- */

static bool note_range(observation *o, const value *v, const float *x, int64_t samples, diagnostics *d) {
    int64_t inner, channels = channels_of(&v->type, &inner), count = type_count(&v->type) * samples;
    for (int64_t i = 0; i < count; i++) {
        double y = (double)x[i];
        if (!isfinite(y))
            return diag_error(d, arena_printf(v->parent->graph->arena, "'%.80s'", name_of(v)), "cnnc verify finds the layer that makes it", "is NaN or infinite for some sample");
        o->seen.low = fmin(o->seen.low, y), o->seen.high = fmax(o->seen.high, y);
        o->means[i / inner % channels] += y;
    }
    return true;
}

static bool note_ranges(void *context, const tensor *outputs, const tensor *none, int64_t at, int64_t n) {
    const observer *o = context;
    (void)none, (void)at;
    for (int i = 0; i < o->scheme->n_activations; i++)
        if (!note_range(observed(o, i), o->scheme->activations[i].value, data_of(o, outputs, i), n, o->network->program.diags)) return false;
    return true;
}

static void start(const observer *o, arena *a) {
    for (int i = 0; i < o->scheme->n_activations; i++) {
        int64_t inner;
        observation *one = observed(o, i);
        one->channels = channels_of(&o->scheme->activations[i].value->type, &inner);
        one->means = ARENA_ARRAY(a, double, one->channels);
    }
}

static void finish_means(const observer *o, int64_t samples) {
    for (int i = 0; i < o->scheme->n_activations; i++) {
        observation *one = observed(o, i);
        double count = (double)(type_count(&o->scheme->activations[i].value->type) / one->channels * samples);
        for (int64_t c = 0; c < one->channels; c++) one->means[c] /= count;
    }
}

/* ---- the second time: histograms ---- */

static bool note_bins(void *context, const tensor *outputs, const tensor *none, int64_t at, int64_t n) {
    const observer *o = context;
    (void)none, (void)at;
    for (int i = 0; i < o->scheme->n_activations; i++) {
        observation *one = observed(o, i);
        const float *x = data_of(o, outputs, i);
        double width = (one->seen.high - one->seen.low) / HISTOGRAM_BINS;
        int64_t count = type_count(&o->scheme->activations[i].value->type) * n;
        for (int64_t k = 0; k < count && width > 0; k++) {
            int64_t bin = (int64_t)(((double)x[k] - one->seen.low) / width);
            (*(x[k] == 0 ? &one->zeros : &one->bins[bin < HISTOGRAM_BINS ? bin : HISTOGRAM_BINS - 1]))++;
        }
    }
    return true;
}

observation *observe(const graph *g, const scheme *s, const watched *w, const sample_set *samples, bool histograms) {
    observer o = {.scheme = s, .all = ARENA_ARRAY(g->arena, observation, g->next_value), .network = w};
    start(&o, g->arena);
    if (!watch_run(w, NULL, samples, "ranges", note_ranges, &o)) return NULL;
    finish_means(&o, samples->n);
    for (int i = 0; histograms && i < s->n_activations; i++) observed(&o, i)->bins = ARENA_ARRAY(g->arena, int64_t, HISTOGRAM_BINS);
    return !histograms || watch_run(w, NULL, samples, "histograms", note_bins, &o) ? o.all : NULL;
}
