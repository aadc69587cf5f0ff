/* A multiply or add by one number a channel folds into the convolution before it (weights and bias), and into the one
 * after it: a multiply always, an add only when no padding mixes zeros in that were never shifted. Chains of them merge.
 * On the way up they change places with pooling, and go into each part of a concatenation along the channels.
 * BatchNormalization (as lower_batchnorm leaves it), Scale layers and biases added by hand vanish here. */
#include "passes/rewrite.h"

/* Number of channel c in constant v, read as broadcast along axis 1 of `rank` dimensions; channels 1: the same for all. */
typedef struct per_channel {
    const constant *constant;
    int64_t count;
} per_channel;

static bool as_per_channel(const value *v, const value_type *result, per_channel *p) {
    if (!v->constant || v->type.elem != DT_F32 || result->rank < 2) return false;
    int64_t channels = type_size(result, 1), count = type_count(&v->type);
    p->constant = v->constant;
    p->count = count;
    if (count == 1) return v->type.rank <= result->rank;
    int axis = v->type.rank - (result->rank - 1);
    return count == channels && axis >= 0 && type_size(&v->type, axis) == channels;
}

static double at_channel(const per_channel *p, int64_t c) { return constant_float(p->constant, p->count == 1 ? 0 : c); }

/* n's constant operand by channel and its other operand. */
static bool is_scale_or_shift(const node *n, per_channel *p, value **other) {
    if ((n->op != OP_mul && n->op != OP_add) || n->epilogue || !n->outputs[0]) return false;
    const value_type *out = &n->outputs[0]->type;
    for (int i = 0; i < 2; i++) {
        *other = n->inputs[1 - i];
        if (!(*other)->constant && type_equal(&(*other)->type, out) && as_per_channel(n->inputs[i], out, p)) return true;
    }
    return false;
}

static const char *traced(graph *g, const constant *c, const node *n) {
    if (!*n->name) return c->origin; /* the second half of a batch normalization */
    return arena_printf(g->arena, "%s | %s", c->origin, n->name);
}

/* ---- into the producer ---- */

/* Where the output channel runs in the weights of n: index (outer, channel, inner), counts in *outer and *inner. */
static bool weight_axis(const node *n, int64_t *outer, int64_t *inner) {
    const value_type *w = &n->inputs[1]->type;
    if (n->op == OP_conv) {
        *outer = 1;
        *inner = type_count(w) / type_size(w, 0);
        return true;
    }
    if (n->op == OP_conv_transpose && node_int(n, "group") == 1) {
        *outer = type_size(w, 0);
        *inner = type_count(w) / *outer / type_size(w, 1);
        return true;
    }
    if (n->op == OP_gemm && node_float(n, "alpha") == 1 && node_float(n, "beta") == 1) {
        bool transposed = node_int(n, "transB");
        *outer = transposed ? 1 : type_size(w, 0);
        *inner = transposed ? type_size(w, 1) : 1;
        return true;
    }
    return false;
}

static value *scaled_weights(graph *g, const node *p, const node *n, const per_channel *scale, int64_t outer, int64_t inner) {
    const value *w = p->inputs[1];
    int64_t count = type_count(&w->type), channels = count / outer / inner;
    const float *from = w->constant->data;
    float *to = ARENA_ARRAY(g->arena, float, count);
    for (int64_t o = 0, i = 0; o < outer; o++)
        for (int64_t c = 0; c < channels; c++) {
            double s = at_channel(scale, c);
            for (int64_t k = 0; k < inner; k++, i++) to[i] = (float)((double)from[i] * s);
        }
    return value_constant(g, w->name, w->type, to, traced(g, w->constant, n));
}

static value *changed_bias(graph *g, const node *p, const node *n, const per_channel *by, int64_t channels) {
    const value *bias = p->n_inputs > 2 ? p->inputs[2] : NULL;
    float *to = ARENA_ARRAY(g->arena, float, channels);
    int64_t stored = bias ? type_count(&bias->type) : 0;
    for (int64_t c = 0; c < channels; c++) {
        double b = bias ? constant_float(bias->constant, stored == 1 ? 0 : c) : 0, x = at_channel(by, c);
        to[c] = (float)(n->op == OP_mul ? b * x : b + x);
    }
    return new_constant(g, "bias", 1, &channels, to, bias ? traced(g, bias->constant, n) : by->constant->origin);
}

static bool fold_into_producer(graph *g, node *n, const per_channel *by, value *other) {
    node *p = other->producer;
    int64_t outer, inner, channels = type_size(&n->outputs[0]->type, 1);
    if (!p || p->parent != n->parent || value_only_user(other) != n || p->epilogue || channels < 1) return false;
    if ((p->op != OP_conv && p->op != OP_conv_transpose && p->op != OP_gemm) || !p->inputs[1]->constant || p->inputs[1]->type.elem != DT_F32) return false;
    const value *bias = p->n_inputs > 2 ? p->inputs[2] : NULL;
    if (bias && (!bias->constant || (type_count(&bias->type) != channels && type_count(&bias->type) != 1))) return false;
    if (!weight_axis(p, &outer, &inner)) return false;
    if (n->op == OP_mul) node_set_input(p, 1, scaled_weights(g, p, n, by, outer, inner));
    if (n->op == OP_add || bias) {
        value *b = changed_bias(g, p, n, by, channels);
        if (p->n_inputs > 2) node_set_input(p, 2, b);
        else p->n_core_inputs = node_add_input(p, b) + 1;
    }
    p->name = joined_name(g, p->name, n->name);
    other->name = n->outputs[0]->name;
    value_replace_uses(n->outputs[0], other);
    node_remove(n);
    return true;
}

/* ---- into the consumer ---- */

static bool pads_nothing(const node *conv) {
    window w;
    diagnostics silent = {0};
    if (!window_of(conv, &w, &silent)) return false;
    for (int i = 0; i < w.n_axes; i++)
        if (w.pad_begin[i] || w.pad_end[i]) return false;
    return true;
}

static bool fold_into_consumer(graph *g, node *n, const per_channel *by, value *other) {
    node *c = value_only_user(n->outputs[0]);
    if (!c || c->op != OP_conv || c->parent != n->parent || c->inputs[0] != n->outputs[0] || !c->inputs[1]->constant) return false;
    if (c->epilogue || c->inputs[1]->type.elem != DT_F32 || (n->op == OP_add && !pads_nothing(c))) return false;
    const value *bias = c->n_inputs > 2 ? c->inputs[2] : NULL;
    if (bias && !bias->constant) return false;
    const value *w = c->inputs[1];
    int64_t outs = type_size(&w->type, 0), ins = type_size(&w->type, 1), taps = type_count(&w->type) / outs / ins;
    int64_t per_group = outs / node_int(c, "group");
    const float *from = w->constant->data;
    float *to = ARENA_ARRAY(g->arena, float, outs * ins * taps), *sum = ARENA_ARRAY(g->arena, float, outs);
    for (int64_t o = 0, i = 0; o < outs; o++) {
        double added = bias ? constant_float(bias->constant, o) : 0;
        for (int64_t k = 0; k < ins * taps; k++, i++) {
            double x = at_channel(by, o / per_group * ins + k / taps);
            to[i] = n->op == OP_mul ? (float)((double)from[i] * x) : from[i];
            added += n->op == OP_add ? (double)from[i] * x : 0;
        }
        sum[o] = (float)added;
    }
    if (n->op == OP_mul) {
        node_set_input(c, 1, value_constant(g, w->name, w->type, to, traced(g, w->constant, n)));
    } else {
        value *b = new_constant(g, "bias", 1, &outs, sum, bias ? traced(g, bias->constant, n) : by->constant->origin);
        if (c->n_inputs > 2) node_set_input(c, 2, b);
        else c->n_core_inputs = node_add_input(c, b) + 1;
    }
    c->name = joined_name(g, n->name, c->name);
    node_set_input(c, 0, other);
    node_remove(n);
    return true;
}

/* ---- past poolings and concatenations, to convolutions that take it ---- */

/* Does max(s * x) = s * max(x), and pooling over zeros of the padding leave a shift alone? */
static bool commutes(const node *pool, const node *n, const per_channel *by) {
    bool shifts = n->op == OP_add;
    switch (pool->op) {
    case OP_average_pool: return !shifts || !node_int(pool, "count_include_pad") || pads_nothing(pool);
    case OP_global_average_pool: return true;
    case OP_max_pool:
    case OP_global_max_pool:
        for (int64_t c = 0; c < by->count; c++)
            if (!shifts && !(at_channel(by, c) > 0)) return false;
        return pool->n_outputs == 1;
    default: return false;
    }
}

/* The part of `by` that channels [from, from + count) see, as an operand of a tensor of rank `rank`. */
static value *channels_of(graph *g, const per_channel *by, int64_t from, int64_t count, int rank, const char *name) {
    int64_t dims[IR_MAX_RANK] = {count};
    for (int i = 1; i < rank - 1; i++) dims[i] = 1;
    float *x = ARENA_ARRAY(g->arena, float, count);
    for (int64_t c = 0; c < count; c++) x[c] = (float)at_channel(by, from + c);
    return new_constant(g, name, rank - 1, dims, x, by->constant->origin);
}

/* Would a scale or shift of v, which n alone reads, end in a convolution? Poolings in between are passed. */
static bool has_taker(const value *v, const node *n, const node *by_node, const per_channel *by) {
    const node *p = v->producer;
    int64_t outer, inner;
    if (!p || p->parent != n->parent || value_only_user(v) != n || p->epilogue || p->prologue || v->type.elem != DT_F32) return false;
    if (p->op == OP_conv || p->op == OP_conv_transpose) return p->inputs[1]->constant && (p->n_inputs < 3 || p->inputs[2]->constant) && weight_axis(p, &outer, &inner);
    return commutes(p, by_node, by) && has_taker(p->inputs[0], p, by_node, by);
}

static void put_above(node *below, int input, const node *n, value *operand) {
    value *x = below->inputs[input];
    node *above = node_new(below->parent, below, n->op, n->name, 2, (value *[]){x, operand}, 1);
    above->outputs[0]->type = x->type;
    node_set_input(below, input, above->outputs[0]);
}

static bool is_channel_concat(const node *p) {
    int64_t axis = p->op == OP_concat ? node_int(p, "axis") : 0;
    return p->op == OP_concat && !p->epilogue && (axis == 1 || axis == 1 - p->outputs[0]->type.rank);
}

static bool move_above_concat(graph *g, node *n, const per_channel *by, node *p) {
    int64_t from = 0;
    for (int i = 0; i < p->n_inputs; i++)
        if (type_size(&p->inputs[i]->type, 1) < 1 || !has_taker(p->inputs[i], p, n, by)) return false;
    for (int i = 0; i < p->n_inputs; i++) {
        int64_t count = type_size(&p->inputs[i]->type, 1);
        put_above(p, i, n, channels_of(g, by, from, count, p->inputs[i]->type.rank, n->name));
        from += count;
    }
    return true;
}

/* n goes, and works above p instead. */
static bool move_up(graph *g, node *n, const per_channel *by, value *other) {
    node *p = other->producer;
    if (!p || p->parent != n->parent || value_only_user(other) != n) return false;
    if (is_channel_concat(p)) {
        if (!move_above_concat(g, n, by, p)) return false;
    } else {
        if (!commutes(p, n, by) || p->epilogue || !has_taker(p->inputs[0], p, n, by)) return false;
        put_above(p, 0, n, channels_of(g, by, 0, type_size(&other->type, 1), other->type.rank, n->name));
    }
    other->name = n->outputs[0]->name;
    value_replace_uses(n->outputs[0], other);
    node_remove(n);
    return true;
}

static bool fold_one(graph *g, node *n, void *context) {
    per_channel by;
    value *other;
    if (!is_scale_or_shift(n, &by, &other)) return true;
    if (fold_into_producer(g, n, &by, other) || fold_into_consumer(g, n, &by, other) || move_up(g, n, &by, other)) *(bool *)context = true;
    return true;
}

bool pass_fold_scale_shift(graph *g, const pass_options *o) {
    (void)o;
    for (bool changed = true; changed;) {
        changed = false;
        if (!for_each_node(g, fold_one, &changed)) return false;
    }
    return true;
}
