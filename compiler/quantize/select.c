/* As ONNX Runtime and OpenVINO look for them, so that they find integer kernels too: every input and the output of an operator
 * pass through a pair of QuantizeLinear and DequantizeLinear, with nothing rounded between a product and the ReLU behind it. */
#include <string.h>

#include "compiler/quantize/quantize.h"

/* ---- operators ---- */

typedef enum role {
    ROLE_FLOAT,   /* whatever is not listed */
    ROLE_PRODUCT, /* integers pay here: others follow where their inputs are stored in 8 bits anyway */
    ROLE_MIX,     /* new values */
    ROLE_MOVE     /* the input's values, so its scale too */
} role;

static const struct {
    op_code op;
    role role;
} roles[] = {
    {OP_conv, ROLE_PRODUCT},      {OP_gemm, ROLE_PRODUCT},  {OP_matmul, ROLE_PRODUCT}, {OP_add, ROLE_MIX},
    {OP_mul, ROLE_MIX},           {OP_concat, ROLE_MIX},    {OP_average_pool, ROLE_MIX}, {OP_global_average_pool, ROLE_MIX},
    {OP_relu, ROLE_MIX},          {OP_clip, ROLE_MIX},      {OP_leaky_relu, ROLE_MIX}, {OP_sigmoid, ROLE_MIX},
    {OP_max_pool, ROLE_MOVE},     {OP_global_max_pool, ROLE_MOVE}, {OP_reshape, ROLE_MOVE}, {OP_transpose, ROLE_MOVE},
};

static role role_of(const node *n) {
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (roles[i].op == n->op) return roles[i].role;
    return ROLE_FLOAT;
}

static bool is_float(const value *v) { return v->type.kind == TYPE_TENSOR && v->type.elem == DT_F32 && type_is_static(&v->type); }

int product_channel_axis(const node *n) {
    if (n->op == OP_conv) return 0;
    return n->op == OP_gemm && node_int(n, "transB") ? 0 : 1;
}

int64_t product_output_channel(const node *n, int64_t i) {
    const value_type *w = &n->inputs[1]->type;
    int axis = product_channel_axis(n);
    int64_t inner = 1;
    for (int k = axis + 1; k < w->rank; k++) inner *= w->dims[k].size;
    return i / inner % w->dims[axis].size;
}

int64_t product_input_channel(const node *n, int64_t i) {
    const value_type *w = &n->inputs[1]->type;
    int64_t outs = w->dims[0].size, ins = w->dims[1].size;
    if (n->op != OP_conv) return product_channel_axis(n) == 0 ? i % ins : i / ins;
    int64_t taps = type_count(w) / outs / ins, per_group = outs / node_int(n, "group");
    return i / taps / ins / per_group * ins + i / taps % ins;
}

/* Why a product stays in float, or NULL. */
static const char *obstacle_of(const node *n) {
    const value *x = n->inputs[0], *w = n->inputs[1], *bias = node_input(n, 2);
    if (!is_float(x) || !is_float(w)) return "not of float32";
    if (x->constant || !w->constant) return "its weights are computed";
    if (n->op == OP_matmul && w->type.rank != 2) return "its weights are no matrix";
    if (n->op == OP_gemm && (node_float(n, "alpha") != 1 || node_float(n, "beta") != 1 || node_int(n, "transA")))
        return "it scales or transposes";
    if (bias && (!bias->constant || type_count(&bias->type) != type_size(&w->type, product_channel_axis(n)))) return "its bias is not one number a channel";
    return NULL;
}

/* The ReLU or Clip that alone reads n's output. */
static node *nonlinearity_of(const node *n) {
    node *u = value_only_user(n->outputs[0]);
    if (!u || u->parent != n->parent || u->inputs[0] != n->outputs[0]) return NULL;
    if (u->op == OP_relu) return u;
    if (u->op != OP_clip) return NULL;
    for (int i = 1; i < u->n_inputs; i++)
        if (u->inputs[i] && !u->inputs[i]->constant) return NULL;
    return u;
}

/* ---- selection ---- */

typedef struct selector {
    const graph *graph;
    scheme scheme;
    int *layer_of; /* by node id: index + 1 of the layer that it is, or whose ReLU it is */
    bool *stored;  /* by value id */
} selector;

static bool is_integer(const selector *s, const node *n) {
    int i = n ? s->layer_of[n->id] : 0;
    return i && !s->scheme.layers[i - 1].obstacle;
}

static void add_layer(selector *s, node *n, const char *obstacle) {
    node *after = role_of(n) == ROLE_MOVE ? NULL : nonlinearity_of(n);
    layer l = {.node = n, .output = (after ? after : n)->outputs[0], .is_product = role_of(n) == ROLE_PRODUCT, .obstacle = obstacle};
    if (l.is_product) l.weights = n->inputs[1], l.bias = node_input(n, 2);
    s->scheme.layers[s->scheme.n_layers++] = l;
    s->layer_of[n->id] = s->scheme.n_layers;
    if (after) s->layer_of[after->id] = s->scheme.n_layers;
}

static void add_product(selector *s, node *n, bool excluded) {
    const char *obstacle = obstacle_of(n);
    add_layer(s, n, obstacle ? obstacle : excluded ? "it loses too much" : NULL);
    if (!is_integer(s, n)) return;
    s->stored[n->inputs[0]->id] = true;
    s->stored[s->scheme.layers[s->scheme.n_layers - 1].output->id] = true;
}

/* Inputs that are activations, the first ones. */
static int count_activations(const node *n) { return n->op == OP_add || n->op == OP_mul || n->op == OP_concat ? n->n_inputs : 1; }

/* Whether a layer without weights finds its inputs in 8 bits. */
static bool reads_stored(const selector *s, const node *n) {
    if (n->n_outputs != 1 || !n->outputs[0] || !is_float(n->outputs[0])) return false;
    for (int i = 0; i < count_activations(n); i++)
        if (!n->inputs[i] || n->inputs[i]->constant || !s->stored[n->inputs[i]->id]) return false;
    return true;
}

static void add_follower(selector *s, node *n) {
    if (s->layer_of[n->id] || !reads_stored(s, n)) return;
    add_layer(s, n, NULL);
    s->stored[s->scheme.layers[s->scheme.n_layers - 1].output->id] = true;
}

static bool has_integer_reader(const selector *s, const value *v) {
    for (const use *u = v->uses; u; u = u->next)
        if (is_integer(s, u->node)) return true;
    return false;
}

/* A layer without weights whose result goes to no integer layer gains nothing; nor need a matrix product round it. */
static void drop_tails(selector *s) {
    for (int i = s->scheme.n_layers - 1; i >= 0; i--) { /* products come first, then the others as they follow each other */
        layer *l = &s->scheme.layers[i];
        if (l->obstacle) continue;
        bool read = has_integer_reader(s, l->output);
        l->stores_output = read || l->node->op == OP_conv;
        if (!read && !l->is_product) l->obstacle = "nothing";
    }
}

static void sort_layers(selector *s, arena *a) {
    const layer *from = s->scheme.layers;
    layer *to = ARENA_ARRAY(a, layer, s->scheme.n_layers);
    int kept = 0;
    for (const node *n = s->graph->body->first; n; n = n->next) {
        int i = s->layer_of[n->id] - 1;
        if (i >= 0 && from[i].node == n && (from[i].is_product || !from[i].obstacle)) to[kept++] = from[i];
    }
    s->scheme.layers = to;
    s->scheme.n_layers = kept;
}

/* ---- activations ---- */

static void add_activation(selector *s, value *v, int *index_of) {
    if (index_of[v->id]) return;
    s->scheme.activations[s->scheme.n_activations] = (activation){.value = v, .shares = s->scheme.n_activations};
    index_of[v->id] = ++s->scheme.n_activations;
}

/* What moves keeps its scale. What only a concatenation reads has that of the result: it is rounded once, and copied. */
static void share(const selector *s, const int *index_of) {
    activation *all = s->scheme.activations;
    for (int i = 0; i < s->scheme.n_layers; i++) {
        const layer *l = &s->scheme.layers[i];
        if (l->obstacle || !l->stores_output || role_of(l->node) != ROLE_MOVE) continue;
        all[index_of[l->output->id] - 1].shares = index_of[l->node->inputs[0]->id] - 1;
    }
    for (int i = 0; i < s->scheme.n_layers; i++) {
        const layer *l = &s->scheme.layers[i];
        if (l->obstacle || l->node->op != OP_concat || l->output != l->node->outputs[0]) continue;
        for (int k = 0; k < l->node->n_inputs; k++) {
            int input = index_of[l->node->inputs[k]->id] - 1;
            if (all[input].shares != input || value_only_user(l->node->inputs[k]) != l->node) continue;
            all[input].shares = index_of[l->output->id] - 1;
            all[input].joins = true;
        }
    }
}

static void collect_activations(selector *s, arena *a) {
    int *index_of = ARENA_ARRAY(a, int, s->graph->next_value); /* + 1 */
    s->scheme.activations = ARENA_ARRAY(a, activation, s->graph->next_value);
    for (int i = 0; i < s->scheme.n_layers; i++) {
        const layer *l = &s->scheme.layers[i];
        if (l->obstacle) continue;
        for (int k = 0; k < count_activations(l->node); k++) add_activation(s, l->node->inputs[k], index_of);
        if (l->stores_output) add_activation(s, l->output, index_of);
    }
    share(s, index_of);
}

scheme scheme_select(const graph *g, const bool *excluded, arena *a) {
    selector s = {.graph = g, .layer_of = ARENA_ARRAY(a, int, g->next_node), .stored = ARENA_ARRAY(a, bool, g->next_value)};
    int n_nodes = 0;
    for (const node *n = g->body->first; n; n = n->next) n_nodes++;
    s.scheme.layers = ARENA_ARRAY(a, layer, n_nodes);
    for (node *n = g->body->first; n; n = n->next)
        if (role_of(n) == ROLE_PRODUCT) add_product(&s, n, excluded && excluded[n->id]);
    for (node *n = g->body->first; n; n = n->next)
        if (role_of(n) == ROLE_MIX || role_of(n) == ROLE_MOVE) add_follower(&s, n);
    drop_tails(&s);
    sort_layers(&s, a);
    collect_activations(&s, a);
    return s.scheme;
}
