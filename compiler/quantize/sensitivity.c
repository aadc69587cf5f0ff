#include <stdlib.h>
#include <string.h>

#include "compiler/progress.h"
#include "compiler/quantize/quantize.h"

typedef struct search {
    const baseline *baseline;
    const range *ranges;
    const observation *means;
    bool *excluded;       /* by node id */
    const layer **ranked; /* products that could be quantised, the most sensitive first */
    int n;
} search;

/* With what `excluded` says. */
static bool try_scheme(const search *s, measurement *m) {
    graph *g = s->baseline->graph;
    scheme one = scheme_select(g, s->excluded, g->arena);
    scheme_annotate(g, &one, s->ranges, s->means);
    bool ok = measure(m, s->baseline, false);
    scheme_strip(&one);
    return ok;
}

typedef struct ranking {
    const layer *layer;
    double snr;
    int order;
} ranking;

static int by_snr(const void *x, const void *y) {
    const ranking *a = x, *b = y;
    int order = (a->snr > b->snr) - (a->snr < b->snr);
    return order ? order : a->order - b->order;
}

/* Each product alone. */
static bool rank(search *s, double *alone) {
    arena *a = s->baseline->graph->arena;
    ranking *r = ARENA_ARRAY(a, ranking, s->n);
    progress bar = progress_start("sensitivity", s->n);
    bool ok = true;
    for (int i = 0; i < s->n; i++) s->excluded[s->ranked[i]->node->id] = true;
    for (int i = 0; ok && i < s->n; i++) {
        measurement m;
        int id = s->ranked[i]->node->id;
        s->excluded[id] = false;
        ok = try_scheme(s, &m);
        s->excluded[id] = true;
        r[i] = (ranking){s->ranked[i], ok ? m.output_snr : 0, i};
        alone[id] = r[i].snr;
        progress_step(&bar, s->ranked[i]->node->name);
    }
    progress_end(&bar);
    qsort(r, (size_t)s->n, sizeof *r, by_snr);
    for (int i = 0; i < s->n; i++) s->ranked[i] = r[i].layer;
    return ok;
}

static bool keeps(const measurement *m, const limits *l) {
    double loss = m->accuracy >= 0 ? m->float_accuracy - m->accuracy : 1 - m->agreement;
    return (l->max_loss < 0 || loss <= l->max_loss + 1e-9) && m->output_snr >= l->min_snr;
}

/* Excludes the first `kept` of the ranking. */
static void exclude(const search *s, int kept) {
    for (int i = 0; i < s->n; i++) s->excluded[s->ranked[i]->node->id] = i < kept;
}

/* The least number of them in float; n: none may be quantised. By bisection: more of them in float are better. */
static bool find_least(const search *s, const limits *l, int *least) {
    int low = 0, high = s->n;
    while (low < high) {
        int middle = low + (high - low) / 2;
        measurement m;
        exclude(s, middle);
        if (!try_scheme(s, &m)) return false;
        if (keeps(&m, l)) high = middle;
        else low = middle + 1;
    }
    *least = high;
    return true;
}

bool keep_limits(sensitivity *out, const baseline *b, const range *ranges, const observation *means, const limits *l) {
    graph *g = b->graph;
    search s = {.baseline = b, .ranges = ranges, .means = means, .excluded = ARENA_ARRAY(g->arena, bool, g->next_node)};
    s.ranked = ARENA_ARRAY(g->arena, const layer *, b->base.n_layers);
    for (int i = 0; i < b->base.n_layers; i++)
        if (b->base.layers[i].is_product && !b->base.layers[i].obstacle) s.ranked[s.n++] = &b->base.layers[i];
    out->alone = ARENA_ARRAY(g->arena, double, g->next_node);
    int least;
    if (!rank(&s, out->alone) || !find_least(&s, l, &least)) return false;
    if (least == s.n) return diag_error(g->diags, "", "allow more loss, or try another --calibration", "no layer can be quantised within these limits");
    exclude(&s, least);
    out->scheme = scheme_select(g, s.excluded, g->arena);
    return true;
}
