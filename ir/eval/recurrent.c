#include "ir/recurrent.h"

#include <math.h>

#include "ir/eval/eval.h"

#define CNNC_INLINE static inline
#include "runtime/library/activation.h"
#include "runtime/library/recurrent.h"

static const float *part(const tensor *t, int64_t offset) { return t ? (const float *)t->data + offset : NULL; }

static recurrent_cell cell_of(const recurrent_node *r, int dir) {
    recurrent_cell g = {.steps = (ptrdiff_t)r->steps, .batch = (ptrdiff_t)r->batch, .input = (ptrdiff_t)r->input, .hidden = (ptrdiff_t)r->hidden,
                        .gates = r->gates, .reverse = r->reverse[dir], .linear_before_reset = r->linear_before_reset, .couple = r->couple,
                        .has_clip = r->has_clip, .clip = (float)r->clip};
    g.y_step = (ptrdiff_t)(r->directions * r->batch * r->hidden);
    for (int k = 0; k < 3; k++) {
        g.code[k] = r->code[dir][k];
        g.alpha[k] = (float)r->alpha[dir][k];
        g.beta[k] = (float)r->beta[dir][k];
    }
    return g;
}

bool eval_recurrent(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    recurrent_node r;
    if (!recurrent_of(n, &r, d)) return false;
    if (in[0]->type.elem != DT_F32) return node_error(d, n, NULL, "is evaluated for f32 only");
    int64_t state = r.batch * r.hidden, rows = r.gates * r.hidden;
    const tensor *c0 = r.gates == 4 ? in[6] : NULL, *peep = r.gates == 4 ? in[7] : NULL;
    float *scratch = ARENA_ARRAY(a, float, 3 * r.hidden), *spare = ARENA_ARRAY(a, float, 2 * state);
    for (int dir = 0; dir < r.directions; dir++) {
        recurrent_cell g = cell_of(&r, dir);
        float *y = out[0].data ? (float *)out[0].data + dir * state : NULL;
        float *h = n->n_outputs > 1 && out[1].data ? (float *)out[1].data + dir * state : spare;
        float *c = r.gates == 4 && n->n_outputs > 2 && out[2].data ? (float *)out[2].data + dir * state : spare + state;
        recurrent(&g, y, h, c, part(in[0], 0), part(in[1], dir * rows * r.input), part(in[2], dir * rows * r.hidden), part(in[3], dir * 2 * rows),
                  in[4] ? in[4]->data : NULL, part(in[5], dir * state), part(c0, dir * state), part(peep, dir * 3 * r.hidden), scratch);
    }
    return true;
}
