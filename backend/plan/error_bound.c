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

double plan_error_bound(const plan *p) {
    static const double bounds[] = {[ACCURACY_STRICT] = 0.0, [ACCURACY_BALANCED] = 1e-4, [ACCURACY_FAST] = 1e-2};
    dtype weights = p->options.weights_type;
    bool stated = weights == DT_NONE || weights == DT_F32 || (weights == DT_F16 && p->options.accuracy == ACCURACY_FAST);
    return stated && !computes_in_steps(p->graph->body) ? bounds[p->options.accuracy] : (double)INFINITY;
}
