#include <math.h>

#include "compiler/quantize/quantize.h"

enum { ROUNDS_MOST = 40 };
#define ENOUGH 1e-3 /* scales that differ less from 1 change nothing any more */

/* Two convolutions; channel c of the first is channel c of the second's input. */
typedef struct pair {
    node *first, *second;
} pair;

static bool is_plain_conv(const node *n) {
    if (n->op != OP_conv || !n->inputs[1]->constant || n->inputs[1]->type.elem != DT_F32) return false;
    return !node_input(n, 2) || node_input(n, 2)->constant;
}

/* f(s x) = s f(x) for s > 0, and each channel stays one. */
static bool keeps_scale(op_code op) {
    return op == OP_relu || op == OP_leaky_relu || op == OP_max_pool || op == OP_average_pool || op == OP_global_average_pool || op == OP_global_max_pool;
}

static node *conv_behind(const node *n) {
    node *u = value_only_user(n->outputs[0]);
    while (u && keeps_scale(u->op) && u->n_outputs == 1 && u->parent == n->parent) u = value_only_user(u->outputs[0]);
    return u && u->parent == n->parent && is_plain_conv(u) ? u : NULL;
}

/* ---- weights of channels ---- */

/* The node's own weights, which may change. */
static float *own_constant(graph *g, node *n, int input) {
    const value *v = n->inputs[input];
    float *data = arena_copy(g->arena, v->constant->data, dtype_bytes(DT_F32, type_count(&v->type)));
    node_set_input(n, input, value_constant(g, v->name, v->type, data, arena_printf(g->arena, "%s | equalized", v->constant->origin)));
    return data;
}

static float *weights(const node *n) { return (float *)(uintptr_t)n->inputs[1]->constant->data; }
static float *bias(const node *n) { return node_input(n, 2) ? (float *)(uintptr_t)n->inputs[2]->constant->data : NULL; }

/* One pair, once; how far the scale of a channel was from 1. */
static double balance(const pair *p, arena *scratch) {
    int64_t channels = type_size(&p->first->inputs[1]->type, 0), n1 = type_count(&p->first->inputs[1]->type), n2 = type_count(&p->second->inputs[1]->type);
    double *made = ARENA_ARRAY(scratch, double, channels), *read = ARENA_ARRAY(scratch, double, channels), farthest = 0;
    float *w1 = weights(p->first), *w2 = weights(p->second), *b = bias(p->first);
    for (int64_t i = 0; i < n1; i++) made[product_output_channel(p->first, i)] = fmax(made[product_output_channel(p->first, i)], fabs((double)w1[i]));
    for (int64_t i = 0; i < n2; i++) read[product_input_channel(p->second, i)] = fmax(read[product_input_channel(p->second, i)], fabs((double)w2[i]));
    for (int64_t c = 0; c < channels; c++) {
        made[c] = made[c] > 0 && read[c] > 0 ? sqrt(made[c] / read[c]) : 1; /* the scale from here on */
        if (!isnormal((float)made[c]) || !isnormal((float)(1 / made[c]))) made[c] = 1;
        farthest = fmax(farthest, fabs(made[c] - 1));
        if (b) b[c] = (float)((double)b[c] / made[c]);
    }
    for (int64_t i = 0; i < n1; i++) w1[i] = (float)((double)w1[i] / made[product_output_channel(p->first, i)]);
    for (int64_t i = 0; i < n2; i++) w2[i] = (float)((double)w2[i] * made[product_input_channel(p->second, i)]);
    return farthest;
}

int equalize(graph *g) {
    int n = 0, n_nodes = 0;
    for (const node *x = g->body->first; x; x = x->next) n_nodes++;
    pair *pairs = ARENA_ARRAY(g->arena, pair, n_nodes);
    for (node *x = g->body->first; x; x = x->next) {
        node *second = is_plain_conv(x) ? conv_behind(x) : NULL;
        if (second) pairs[n++] = (pair){x, second};
    }
    bool *own = ARENA_ARRAY(g->arena, bool, g->next_node);
    for (int i = 0; i < 2 * n; i++) {
        node *x = i % 2 ? pairs[i / 2].second : pairs[i / 2].first;
        if (own[x->id]) continue;
        own[x->id] = true;
        own_constant(g, x, 1);
        if (node_input(x, 2)) own_constant(g, x, 2);
    }
    double farthest = INFINITY;
    for (int round = 0; n && round < ROUNDS_MOST && farthest > ENOUGH; round++) {
        arena *scratch = arena_new();
        farthest = 0;
        for (int i = 0; i < n; i++) farthest = fmax(farthest, balance(&pairs[i], scratch));
        arena_free(scratch);
    }
    return n;
}
