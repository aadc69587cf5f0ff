#include "ir/recurrent.h"

#include <string.h>
#include <strings.h>

#include "ir/shape/shape.h"

/* In the order of runtime/library/activation.h, with what alpha and beta are when not given. */
static const struct {
    const char *name;
    double alpha, beta;
    int uses; /* of alpha and beta, from the node's lists */
} activations[] = {
    {"Sigmoid", 0, 0, 0},
    {"Tanh", 0, 0, 0},
    {"Relu", 0, 0, 0},
    {"Affine", 1, 0, 2},
    {"LeakyRelu", 0.01, 0, 1},
    {"ThresholdedRelu", 1, 0, 1},
    {"ScaledTanh", 1, 1, 2},
    {"HardSigmoid", 0.2, 0.5, 2},
    {"Elu", 1, 0, 1},
    {"Softsign", 0, 0, 0},
    {"Softplus", 0, 0, 0},
};

static int activation_code(const char *name) {
    for (int i = 0; i < (int)(sizeof activations / sizeof *activations); i++)
        if (!strcasecmp(activations[i].name, name)) return i;
    return -1;
}

static bool read_activations(const node *n, recurrent_node *r, diagnostics *d) {
    static const char *const usual[5][3] = {[1] = {"Tanh"}, [3] = {"Sigmoid", "Tanh"}, [4] = {"Sigmoid", "Tanh", "Tanh"}};
    const attr *given = node_attr(n, "activations");
    int each = r->gates == 1 ? 1 : r->gates - 1, n_alpha, n_beta, alpha_at = 0, beta_at = 0;
    const double *alpha = node_floats(n, "activation_alpha", &n_alpha), *beta = node_floats(n, "activation_beta", &n_beta);
    if (given && given->n && given->n != each * r->directions) return node_error(d, n, NULL, "has %d activations instead of %d", given->n, each * r->directions);
    for (int dir = 0; dir < r->directions; dir++)
        for (int k = 0; k < each; k++) {
            const char *name = given && given->n ? given->strings[dir * each + k].bytes : usual[r->gates][k];
            int code = activation_code(name);
            if (code < 0) return node_error(d, n, NULL, "activation '%.40s' is not known", name);
            r->code[dir][k] = code;
            r->alpha[dir][k] = activations[code].alpha;
            r->beta[dir][k] = activations[code].beta;
            if (activations[code].uses > 0 && alpha_at < n_alpha) r->alpha[dir][k] = alpha[alpha_at++];
            if (activations[code].uses > 1 && beta_at < n_beta) r->beta[dir][k] = beta[beta_at++];
        }
    return true;
}

bool recurrent_of(const node *n, recurrent_node *r, diagnostics *d) {
    const char *direction = node_string(n, "direction");
    bool both = !strcmp(direction, "bidirectional"), reverse = !strcmp(direction, "reverse");
    *r = (recurrent_node){.gates = n->op == OP_rnn ? 1 : n->op == OP_gru ? 3 : 4, .directions = both ? 2 : 1, .reverse = {reverse, true}};
    if (!both && !reverse && strcmp(direction, "forward") != 0) return node_error(d, n, NULL, "direction '%.40s' is not known", direction);
    if (node_int(n, "layout")) return node_error(d, n, NULL, "its layout is not 0");
    const value_type *x = input_type(n, 0, 3, 3, d), *w = x ? input_type(n, 1, 3, 3, d) : NULL, *u = w ? input_type(n, 2, 3, 3, d) : NULL;
    if (!u) return false;
    if (!dim_is_number(x->dims[2])) return node_error(d, n, "give it a size with --dim", "the size of its input is not known");
    r->steps = type_size(x, 0), r->batch = type_size(x, 1), r->input = type_size(x, 2), r->hidden = node_int(n, "hidden_size");
    if (r->hidden < 0 || r->hidden > INT32_MAX) return node_error(d, n, NULL, "hidden_size %lld is not possible", (long long)r->hidden);
    int64_t rows = r->gates * r->hidden;
    const dim steps = x->dims[0], batch = x->dims[1], input = x->dims[2], hidden = dim_number(r->hidden), both_ways = dim_number(r->directions), all = dim_number(rows);
    const dim sizes[8][3] = {{steps, batch, input}, {both_ways, all, input}, {both_ways, all, hidden}, {both_ways, dim_number(2 * rows)}, {batch}, {both_ways, batch, hidden}, {both_ways, batch, hidden}, {both_ways, dim_number(3 * r->hidden)}};
    for (int i = 0; i < n->n_core_inputs; i++) {
        if (!n->inputs[i]) continue;
        const value_type *t = &n->inputs[i]->type;
        int rank = i == 4 ? 1 : i == 3 || i == 7 ? 2 : 3;
        bool fits = t->kind == TYPE_TENSOR && t->rank == rank && t->elem == (i == 4 ? DT_I32 : x->elem), surely = true;
        for (int k = 0; fits && k < rank; k++) {
            const bool numbers = dim_is_number(t->dims[k]) && dim_is_number(sizes[i][k]);
            fits = !numbers || t->dims[k].size == sizes[i][k].size;
            surely = surely && (!dim_is_bounded(t->dims[k]) || !dim_is_bounded(sizes[i][k]) || dim_equal(t->dims[k], sizes[i][k]));
        }
        if (!fits) return node_error(d, n, NULL, "the type of input %d does not fit", i);
        if (!surely) return node_error(d, n, "fix the open dimension: --dim NAME=SIZE", "the sizes of input %d may not fit those of input 0", i);
    }
    r->linear_before_reset = n->op == OP_gru && node_int(n, "linear_before_reset");
    r->couple = n->op == OP_lstm && node_int(n, "input_forget");
    r->has_clip = node_has(n, "clip") && node_float(n, "clip") > 0;
    r->clip = node_float(n, "clip");
    return read_activations(n, r, d);
}

bool shape_recurrent(node *n, diagnostics *d) {
    recurrent_node r;
    if (!recurrent_of(n, &r, d)) return false;
    const value_type *x = &n->inputs[0]->type;
    dim dims[4] = {x->dims[0], dim_number(r.directions), x->dims[1], dim_number(r.hidden)};
    set_output(n, 0, n->inputs[0]->type.elem, 4, dims);
    for (int i = 1; i < 3; i++) set_output(n, i, n->inputs[0]->type.elem, 3, dims + 1);
    return true;
}
