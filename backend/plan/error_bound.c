#include <math.h>

#include "backend/plan/plan.h"

static bool is_narrow(const value *v) {
    dtype t = v ? v->type.elem : DT_NONE;
    return t == DT_U8 || t == DT_I8 || (t != DT_NONE && dtype_of(t)->kind == CLASS_FLOAT && dtype_of(t)->bits < 32);
}

/* A rounding difference may become a whole step of a byte, or of a half. */
static bool computes_in_steps(const region *r) {
    for (const node *n = r->first; n; n = n->next) {
        for (int i = 0; i < n->n_regions; i++)
            if (computes_in_steps(n->regions[i])) return true;
        for (int i = 0; i < n->n_outputs; i++)
            if (is_narrow(n->outputs[i])) return true;
    }
    return false;
}

/* ---- layers ---- */

enum { DEVIATIONS = 4, ROUNDINGS = 3 /* before and after a sum */ };

/* The k-th partial sum of n random terms has k/n of the variance of the whole, and is rounded by u of itself, a third
 * of that in the mean square: n/6 in all. */
double error_of_sums(double growth, double terms) {
    return DEVIATIONS * 0x1p-24 * growth * sqrt(terms / 6 + ROUNDINGS);
}

double error_of_weights(dtype t) {
    const double of_step = DEVIATIONS / sqrt(3.0);
    switch (t) {
    case DT_F16: return of_step * 0x1p-11;
    case DT_BF16: return of_step * 0x1p-8;
    case DT_I8: return of_step * DEVIATIONS / 254; /* the largest of a channel is taken for so many deviations */
    case DT_I4: return of_step * DEVIATIONS / 15;  /* and of a group */
    default: return 0;
    }
}

static double narrow_error(const step *s) {
    double most = 0;
    for (int i = 0; i < s->n_in; i++) {
        const packed *k = s->in[i].buffer->where == MEMORY_CONSTANT ? s->in[i].buffer->packed : NULL;
        if (k && k->source && k->source->type.elem == DT_F32 && k->change > 0) most = fmax(most, error_of_weights(k->elem));
    }
    return most;
}

double step_error_bound(const step *s) {
    int64_t outputs = 1;
    if (s->kind != STEP_KERNEL || !s->macs || !s->n_out || s->out[0].elem != DT_F32 || s->in[0].elem != DT_F32)
        return 0;
    for (int i = 0; i < s->out[0].rank; i++) outputs *= s->out[0].dims[i];
    double sums =
        s->error_bound > 0 ? s->error_bound : error_of_sums(1, (double)s->macs / (double)(outputs ? outputs : 1));
    return sums + narrow_error(s);
}

/* ---- networks ---- */

static const double accuracy_bounds[] = {[ACCURACY_STRICT] = 0.0, [ACCURACY_BALANCED] = 1e-4, [ACCURACY_FAST] = 1e-2};

double plan_error_bound(const plan *p) {
    dtype weights = p->options.weights_type;
    bool stated =
        weights == DT_NONE || weights == DT_F32 || (weights == DT_F16 && p->options.accuracy == ACCURACY_FAST);
    stated = stated && p->options.compute == DT_NONE;
    return stated && !computes_in_steps(p->graph->body) ? accuracy_bounds[p->options.accuracy] : (double)INFINITY;
}

static bool any_step(const block *b, bool (*holds)(const step *s)) {
    for (int i = 0; b && i < b->n_steps; i++) {
        const step *s = b->steps[i];
        if (s->kind == STEP_KERNEL ? holds(s) : any_step(s->then_block, holds) || any_step(s->else_block, holds)) return true;
    }
    return false;
}

static bool is_transformed(const step *s) { return s->error_bound > 0; }
static bool has_narrow_weights(const step *s) { return narrow_error(s) > 0; }

double plan_tolerance(const plan *p) {
    if (p->options.compute == DT_BF16) return 5e-2;
    const bool fast = p->options.accuracy == ACCURACY_FAST && p->options.weights_type == DT_F16; /* plan_make's choice */
    if (fast && any_step(p->body, has_narrow_weights)) return accuracy_bounds[ACCURACY_FAST];
    return any_step(p->body, is_transformed) ? accuracy_bounds[ACCURACY_BALANCED] : 1e-5;
}
