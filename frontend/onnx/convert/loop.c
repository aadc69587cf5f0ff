#include "frontend/onnx/convert/convert.h"

/* Loops whose condition only counts, as TensorFlow's exports have them (`while (i < n) { ...; i += 1; }`): how often they run is
 * found from sizes and constants, and the condition is dropped. */

/* Of sums of sums: a model may double one any number of times. */
enum { MOST_DEPTH = 4 };

/* What a number of the body is in iteration k: start + k * step. */
typedef struct counter {
    dim start;
    int64_t step;
} counter;

/* Not a byte, which wraps around, nor a truth value. */
static bool holds_counts(dtype t) { return t == DT_I32 || t == DT_I64 || t == DT_F32 || t == DT_F64; }

/* What hands on its first input as it is, or is another type or shape of the same number. */
static const value *behind_casts(const value *v) {
    for (const node *n = v->producer; n && n->outputs[0] == v; n = v->producer) {
        const bool same = n->op == OP_identity || (n->op == OP_cast && holds_counts(v->type.elem)) || n->op == OP_reshape || n->op == OP_squeeze ||
                          n->op == OP_unsqueeze;
        if (!same || v->type.kind != TYPE_TENSOR || n->inputs[0]->type.kind != TYPE_TENSOR) break;
        v = n->inputs[0];
    }
    return v;
}

static bool counter_of(const draft *d, const region *r, const value *v, int depth, counter *to);

/* x + y, or x - y. */
static bool counters_sum(const draft *d, const region *r, const node *n, int depth, counter *to) {
    arena *mem = d->context->imp->arena;
    counter x, y;
    if (!counter_of(d, r, n->inputs[0], depth, &x) || !counter_of(d, r, n->inputs[1], depth, &y)) return false;
    const bool minus = n->op == OP_sub;
    *to = (counter){minus ? dim_sub(mem, x.start, y.start) : dim_add(mem, x.start, y.start), minus ? x.step - y.step : x.step + y.step};
    return true;
}

/* Value `input` of the body, which the loop hands on with a constant added. */
static bool counter_carried(const draft *d, const region *r, int input, counter *to) {
    const value *next = behind_casts(r->outputs[input - 1]);
    const node *n = next->producer;
    to->step = 0;
    if (next != r->inputs[input]) {
        if (!n || (n->op != OP_add && n->op != OP_sub)) return false;
        const int own = behind_casts(n->inputs[0]) == r->inputs[input] ? 0 : 1;
        dim step;
        if ((own && n->op == OP_sub) || behind_casts(n->inputs[own]) != r->inputs[input] || !term_as_size(d->context->imp, n->inputs[1 - own], &step) || !dim_is_number(step))
            return false;
        to->step = n->op == OP_sub ? -step.size : step.size;
    }
    return term_as_size(d->context->imp, d->inputs[input], &to->start);
}

static bool counter_of(const draft *d, const region *r, const value *v, int depth, counter *to) {
    v = behind_casts(v);
    if (v == r->inputs[0]) return *to = (counter){dim_number(0), 1}, true;
    for (int i = 2; i < r->n_inputs; i++)
        if (v == r->inputs[i]) return counter_carried(d, r, i, to);
    to->step = 0;
    if (term_as_size(d->context->imp, v, &to->start)) return true;
    const node *n = v->producer;
    return n && depth && (n->op == OP_add || n->op == OP_sub) && counters_sum(d, r, n, depth - 1, to);
}

/* Of a comparison, by how much it holds: it does when that is at least 1. */
static bool margin_of(const draft *d, const region *r, const node *n, counter *to) {
    const bool less = n->op == OP_less || n->op == OP_less_or_equal, equal = n->op == OP_less_or_equal || n->op == OP_greater_or_equal;
    arena *mem = d->context->imp->arena;
    counter small, large;
    if (!less && n->op != OP_greater && n->op != OP_greater_or_equal) return false;
    if (!counter_of(d, r, n->inputs[less ? 0 : 1], MOST_DEPTH, &small) || !counter_of(d, r, n->inputs[less ? 1 : 0], MOST_DEPTH, &large)) return false;
    *to = (counter){dim_add(mem, dim_sub(mem, large.start, small.start), dim_number(equal)), large.step - small.step};
    return true;
}

/* How many iterations in a row have it, the margin of each being `step` more than that of the one before. */
static dim times_held(arena *mem, counter margin) {
    const dim down = dim_number(-margin.step);
    return dim_max(mem, dim_number(0), dim_floordiv(mem, dim_add(mem, margin.start, dim_number(-margin.step - 1)), down));
}

/* How many iterations in a row, from the first on, end with a condition that is true; false: that is not known, or without end. */
static bool times_true(const draft *d, const region *r, const value *condition, int depth, dim *to) {
    arena *mem = d->context->imp->arena;
    const node *n = behind_casts(condition)->producer;
    counter margin;
    dim x, y;
    if (n && n->op == OP_and) {
        if (!depth || !times_true(d, r, n->inputs[0], depth - 1, &x) || !times_true(d, r, n->inputs[1], depth - 1, &y)) return false;
        return *to = dim_min(mem, x, y), true;
    }
    if (!n || !margin_of(d, r, n, &margin) || margin.step >= 0) return false;
    return *to = times_held(mem, margin), true;
}

/* `first` is computed before the loop as the body computes the condition, of what an iteration before the first would have had. */
static bool times_of_both(const draft *d, const region *r, const value *first, const value *condition, dim *to) {
    arena *mem = d->context->imp->arena;
    const region outside = {.inputs = &(value *){NULL}};
    const node *before = behind_casts(first)->producer, *n = behind_casts(condition)->producer;
    counter start, margin;
    if (!before || !n || !margin_of(d, &outside, before, &start) || !margin_of(d, r, n, &margin) || margin.step >= 0) return false;
    margin.start = dim_add(mem, margin.start, dim_number(-margin.step));
    return *to = times_held(mem, margin), dim_equal(start.start, margin.start);
}

static bool iterations_of(const draft *d, const region *r, dim *to) {
    const value *first = d->inputs[1];
    if (first && !first->constant) return times_of_both(d, r, first, r->outputs[0], to);
    if ((first && !constant_int(first->constant, 0)) || !times_true(d, r, r->outputs[0], MOST_DEPTH, to)) return false;
    return *to = dim_add(d->context->imp->arena, *to, dim_number(1)), true;
}

bool count_iterations(draft *d, const conversion *row) {
    (void)row;
    region *r = d->n_regions == 1 ? d->regions[0] : NULL;
    dim times, most;
    if (!r || d->n_inputs < 2 || r->n_inputs != d->n_inputs || r->n_outputs + 1 < r->n_inputs || r->outputs[0]->constant) return true;
    if (!iterations_of(d, r, &times) || (d->inputs[0] && !term_as_size(d->context->imp, d->inputs[0], &most))) return true;
    if (d->inputs[0]) times = dim_min(d->context->imp->arena, times, most);
    d->inputs[0] = draft_size(d, d->context->region, NULL, "iterations", times);
    d->inputs[1] = NULL;
    region_set_output(r, 0, r->inputs[1]);
    return true;
}
