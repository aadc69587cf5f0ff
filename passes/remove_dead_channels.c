/* Channels of a convolution that no later convolution needs are not computed: those that all its readers multiply by zero,
 * and those that are zero themselves, as pruned networks have them. What lies between is elementwise or pools. (Where such
 * a channel would be infinite or NaN, the result differs: zero times that is NaN.) */
#include "passes/rewrite.h"

enum { MOST_NODES = 32 };

/* A convolution, and all that read its channels. */
typedef struct reach {
    node *readers[MOST_NODES], *between[MOST_NODES]; /* between: in an order in which they can be inferred */
    int n_readers, n_between;
    bool keeps_zero; /* a channel of zeros is one when it comes to the readers */
} reach;

static bool is_dense_conv(const node *n) {
    if (n->op != OP_conv || n->prologue || n->epilogue || node_int(n, "group") != 1 || n->n_inputs < 2) return false;
    for (int i = 1; i < n->n_inputs; i++)
        if (!n->inputs[i] || !n->inputs[i]->constant || n->inputs[i]->type.elem != DT_F32) return false;
    return true;
}

/* One operand that is no constant number, whatever channels it has. */
static bool is_elementwise(const node *n) {
    double x;
    if (!(op_of(n->op)->props & PROP_ELEMENTWISE) || n->n_outputs != 1 || n->inputs[0]->constant) return false;
    for (int i = 1; i < n->n_inputs; i++)
        if (n->inputs[i] && !constant_scalar(n->inputs[i], &x)) return false;
    return n->inputs[0]->type.elem == DT_F32 && n->outputs[0]->type.elem == DT_F32;
}

static bool is_pool(const node *n) {
    bool pools = n->op == OP_max_pool || n->op == OP_average_pool || n->op == OP_global_max_pool || n->op == OP_global_average_pool;
    return pools && n->n_outputs == 1;
}

static bool follow(const value *v, reach *r) {
    for (const use *u = v->uses; u; u = u->next) {
        node *n = u->node;
        if (!n || u->index != 0 || n->parent != v->parent || r->n_readers == MOST_NODES || r->n_between == MOST_NODES) return false;
        if (is_dense_conv(n)) {
            r->readers[r->n_readers++] = n;
            continue;
        }
        if (n->epilogue || n->prologue || (!is_pool(n) && !is_elementwise(n))) return false;
        r->keeps_zero = r->keeps_zero && (is_pool(n) || n->op == OP_relu || n->op == OP_leaky_relu);
        r->between[r->n_between++] = n;
        if (!follow(n->outputs[0], r)) return false;
    }
    return true;
}

/* ---- which ---- */

static bool all_zero(const float *x, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        if (x[i] != 0) return false;
    return true;
}

static bool is_zero(const node *conv, int64_t channel) {
    const value *w = conv->inputs[1], *bias = conv->n_inputs > 2 ? conv->inputs[2] : NULL;
    int64_t count = type_count(&w->type) / type_size(&w->type, 0);
    return all_zero((const float *)w->constant->data + channel * count, count) && (!bias || constant_float(bias->constant, channel) == 0);
}

static bool is_read(const node *conv, int64_t channel) {
    const value *w = conv->inputs[1];
    int64_t outs = type_size(&w->type, 0), ins = type_size(&w->type, 1), taps = type_count(&w->type) / outs / ins;
    for (int64_t o = 0; o < outs; o++)
        if (!all_zero((const float *)w->constant->data + (o * ins + channel) * taps, taps)) return true;
    return false;
}

/* The channels to keep, at least one; how many in *n. */
static int64_t *kept_channels(graph *g, const node *conv, const reach *r, int64_t *n) {
    int64_t channels = type_size(&conv->inputs[1]->type, 0), *kept = ARENA_ARRAY(g->arena, int64_t, channels);
    *n = 0;
    for (int64_t c = 0; c < channels; c++) {
        bool read = false;
        for (int i = 0; i < r->n_readers; i++) read = read || is_read(r->readers[i], c);
        if (read && !(r->keeps_zero && is_zero(conv, c))) kept[(*n)++] = c;
    }
    if (!*n) *n = 1;
    return kept;
}

/* ---- without the others ---- */

/* A constant of [outer][channels][inner] with the kept channels alone, along `axis`. */
static value *with_channels(graph *g, const value *v, int axis, const int64_t *kept, int64_t n) {
    int64_t dims[IR_MAX_RANK], outer = 1, channels = type_size(&v->type, axis);
    for (int i = 0; i < v->type.rank; i++) dims[i] = type_size(&v->type, i);
    for (int i = 0; i < axis; i++) outer *= dims[i];
    int64_t inner = type_count(&v->type) / outer / channels;
    const float *from = v->constant->data;
    float *to = ARENA_ARRAY(g->arena, float, outer * n * inner), *at = to;
    for (int64_t o = 0; o < outer; o++)
        for (int64_t c = 0; c < n; c++)
            for (int64_t i = 0; i < inner; i++) *at++ = from[(o * channels + kept[c]) * inner + i];
    dims[axis] = n;
    return new_constant(g, v->name, v->type.rank, dims, to, arena_printf(g->arena, "%s | fewer channels", v->constant->origin));
}

static bool remove_one(graph *g, node *n, void *context) {
    (void)context;
    reach r = {.keeps_zero = true};
    int64_t left;
    if (!is_dense_conv(n) || !follow(n->outputs[0], &r) || !r.n_readers) return true;
    const int64_t *kept = kept_channels(g, n, &r, &left);
    if (left == type_size(&n->inputs[1]->type, 0)) return true;
    for (int i = 1; i < n->n_inputs; i++) node_set_input(n, i, with_channels(g, n->inputs[i], 0, kept, left));
    for (int i = 0; i < r.n_readers; i++) node_set_input(r.readers[i], 1, with_channels(g, r.readers[i]->inputs[1], 1, kept, left));
    if (!infer_node(n, g->diags)) return false;
    for (int i = 0; i < r.n_between; i++)
        if (!infer_node(r.between[i], g->diags)) return false;
    return true;
}

bool pass_remove_dead_channels(graph *g, const pass_options *o) {
    (void)o;
    return for_each_node(g, remove_one, NULL);
}
