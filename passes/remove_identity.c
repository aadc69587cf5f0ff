/* Nodes that return their input as it is: Identity, Dropout at inference, and reshapes, transposes, slices, pads, casts and
 * their kin that happen to change nothing. */
#include "passes/rewrite.h"

static bool all_equal(const value *v, int64_t x) {
    if (!v || !v->constant) return false;
    for (int64_t i = 0; i < type_count(&v->type); i++)
        if (constant_int(v->constant, i) != x) return false;
    return true;
}

static bool keeps_order(const node *n) {
    int count;
    const int64_t *perm = node_ints(n, "perm", &count);
    for (int i = 0; i < count; i++)
        if (perm[i] != i) return false;
    return count > 0 || n->inputs[0]->type.rank <= 1;
}

static bool is_inference(const node *dropout) {
    const value *training = dropout->n_inputs > 2 ? dropout->inputs[2] : NULL;
    return (!training || all_equal(training, 0)) && (dropout->n_outputs < 2 || !dropout->outputs[1] || !dropout->outputs[1]->uses);
}

/* A window of one element, each once (an adaptive pool that has nothing to do). */
static bool pools_nothing(const node *n) {
    window w;
    diagnostics silent = {0};
    if (n->n_outputs > 1 && n->outputs[1] && n->outputs[1]->uses) return false;
    if (!window_of(n, &w, &silent)) return false;
    for (int i = 0; i < w.n_axes; i++)
        if (w.kernel[i] != 1 || w.stride[i] != 1 || w.pad_begin[i] || w.pad_end[i]) return false;
    return true;
}

/* Given that input and output have the same type. */
static bool changes_nothing(const node *n) {
    switch (n->op) {
    case OP_identity: return true;
    case OP_dropout: return is_inference(n);
    case OP_reshape:
    case OP_flatten:
    case OP_squeeze:
    case OP_unsqueeze:
    case OP_expand:
    case OP_tile:
    case OP_cast:
    case OP_cast_like: return true;
    case OP_concat:
    case OP_sum:
    case OP_mean:
    case OP_max:
    case OP_min: return n->n_inputs == 1;
    case OP_transpose: return keeps_order(n);
    case OP_pad: return all_equal(n->inputs[1], 0);
    case OP_slice: return n->n_inputs < 5 || !n->inputs[4] || all_equal(n->inputs[4], 1);
    case OP_max_pool:
    case OP_average_pool: return pools_nothing(n);
    default: return false;
    }
}

static bool remove_one(graph *g, node *n, void *context) {
    (void)context;
    if (!n->n_inputs || !n->inputs[0] || !n->outputs[0] || n->epilogue) return true;
    const value *in = n->inputs[0], *out = n->outputs[0];
    bool same = in->type.kind == TYPE_TENSOR && type_equal(&in->type, &out->type) && in->type.rank >= 0;
    if ((n->op == OP_identity || same) && changes_nothing(n)) replace_node(g, n, n->inputs[0]);
    return true;
}

bool pass_remove_identity(graph *g, const pass_options *o) {
    (void)o;
    return for_each_node(g, remove_one, NULL);
}
