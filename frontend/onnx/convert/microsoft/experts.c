#include "frontend/onnx/convert/microsoft/microsoft.h"

#include <string.h>

/* com.microsoft.MoE and QMoE: each token goes through the k feed-forward networks, of many, that its router scores highest, and
 * their results are added up by its probabilities. */

enum { ROWS, ROUTER, SHARES = 14 /* of QMoE only */, MOST_EXPERTS = 1024 };

/* One layer of all networks; each field an input's index, or -1. */
typedef struct layer {
    int weights, bias, scales, zeros;
    int64_t bits;
} layer;

typedef struct experts {
    dim tokens;
    int64_t hidden, inner, count, k;
    bool few;    /* fewer rows than networks: each row gathers the weights that it needs */
    bool paired; /* the first layer has rows for the gate and for what it multiplies */
    layer layers[3];
} experts;

static arena *mem(const recipe *r) { return r->draft->context->imp->arena; }

static bool find_experts(draft *d, experts *e, bool quantized) {
    static const layer plain[] = {{2, 3, -1, -1, 0}, {4, 5, -1, -1, 0}, {6, 7, -1, -1, 0}}, packed[] = {{2, 4, 3, 11, 4}, {5, 7, 6, 12, 4}, {8, 10, 9, 13, 4}};
    memcpy(e->layers, quantized ? packed : plain, sizeof plain);
    const value_type *x = draft_sized(d, ROWS), *router = draft_sized(d, ROUTER), *second = draft_static(d, e->layers[1].weights);
    if (!x || !router || !second) return false;
    if (x->rank < 2 || router->rank != 2 || second->rank != 3) return draft_error(d, NULL, "its inputs are of other ranks than it takes");
    int64_t bits = draft_int(d, "expert_weight_bits", 4);
    for (int i = 0; i < 3; i++) {
        e->layers[i].bits = quantized ? draft_int(d, arena_printf(d->context->imp->arena, "fc%d_expert_weight_bits", i + 1), bits) : 0;
        if (quantized && e->layers[i].bits != 2 && e->layers[i].bits != 4 && e->layers[i].bits != 8) return draft_error(d, NULL, "weights of %lld bits are not supported", (long long)e->layers[i].bits);
    }
    e->tokens = router->dims[0], e->count = type_size(router, 1), e->hidden = type_size(x, -1), e->k = draft_int(d, "k", 1);
    e->inner = type_size(second, 2) * (quantized ? 8 / e->layers[1].bits : 1);
    e->few = dim_is_number(e->tokens) && e->tokens.size * e->k < e->count;
    dim rows = dim_number(1);
    for (int i = 0; i < x->rank - 1; i++) rows = dim_mul(d->context->imp->arena, rows, x->dims[i]);
    if (e->k < 1 || e->k > e->count || e->count > MOST_EXPERTS || type_size(second, 0) != e->count || e->hidden < 1 || !dim_equal(rows, e->tokens))
        return draft_error(d, NULL, "its sizes do not fit one another");
    if (draft_int(d, "use_sparse_mixer", 0) || strcmp(draft_string(d, "quant_type", "int"), "int") != 0)
        return draft_error(d, "export the model without them", "has a sparse mixer, or weights that are no integers");
    return draft_ends(d, quantized ? SHARES + 1 : SHARES);
}

/* "w", [..][rows][columns] of some networks from bytes, by "s" and "z", which have a number for each block of a row. */
static void dequantize(recipe *r, const layer *l, int rank, const int64_t *shape) {
    int64_t block = draft_int(r->draft, "block_size", 0);
    recipe_int(r, "blocks", block > 0 ? shape[rank - 1] / block : 1);
    recipe_ints(r, "shape", rank, shape);
    recipe_run(r, arena_printf(mem(r), "w = Reshape(w, [-1,%lld])", (long long)(shape[rank - 1] * l->bits / 8)));
    unpack_bits(r, "w", l->bits, 2);
    recipe_run(r, "s = Reshape(s, [-1,$blocks,1])\nw = CastLike(Reshape(w, [0,$blocks,-1]), s)");
    recipe_float(r, "middle", (double)(1 << (l->bits - 1)));
    if (!recipe_get(r, "z")) {
        recipe_run(r, "w = Sub(w, $middle:w)");
    } else {
        recipe_run(r, block > 0 ? arena_printf(mem(r), "z = Reshape(z, [-1,%lld])", (long long)(shape[rank - 1] / block * l->bits / 8)) : "z = Reshape(z, [-1,1])");
        unpack_bits(r, "z", l->bits, 2);
        recipe_run(r, "w = Sub(w, CastLike(Reshape(z, [-1,$blocks,1]), w))");
    }
    recipe_run(r, "w = CastLike(Reshape(Mul(w, s), $shape), x)");
}

/* y = the layer of y, of the networks `which`: one, or one for each row. */
static void run_layer(recipe *r, const experts *e, const layer *l, int64_t rows, int64_t columns) {
    const draft *d = r->draft;
    const int64_t shape[] = {e->tokens.size * e->k, rows, columns}; /* of few rows, whose number is known */
    recipe_value(r, "w", draft_input(d, l->weights));
    recipe_run(r, "w = Gather(w, which)");
    if (l->bits) {
        recipe_value(r, "s", draft_input(d, l->scales));
        recipe_value(r, "z", draft_input(d, l->zeros));
        recipe_run(r, "s = Gather(s, which)");
        if (draft_input(d, l->zeros)) recipe_run(r, "z = Gather(z, which)");
        dequantize(r, l, e->few ? 3 : 2, e->few ? shape : shape + 1);
    }
    recipe_run(r, e->few ? "y = MatMul(y, Transpose(w; perm=[0,2,1]))" : "y = MatMul(y, Transpose(w; perm=[1,0]))");
    if (!draft_input(d, l->bias)) return;
    recipe_value(r, "bias", draft_input(d, l->bias));
    recipe_run(r, "bias = Gather(bias, which)");
    recipe_run(r, e->few ? "y = Add(y, Unsqueeze(bias, [1]))" : "y = Add(y, bias)");
}

/* y = gate * sigmoid(alpha gate) * (up + beta) */
static void gate(recipe *r) {
    const draft *d = r->draft;
    const bool bounded = draft_attr(d, "swiglu_limit"), late = draft_int(d, "swiglu_limit_after_activation", 0);
    recipe_float(r, "alpha", draft_float(d, "activation_alpha", 1));
    recipe_float(r, "beta", draft_float(d, "activation_beta", 0));
    recipe_float(r, "limit", draft_float(d, "swiglu_limit", 0));
    recipe_float(r, "low", -draft_float(d, "swiglu_limit", 0));
    if (bounded && !late) recipe_run(r, "gate = Clip(gate, _, $limit:gate)");
    recipe_run(r, "gate = Swish(gate; alpha=$alpha)");
    if (bounded && late) recipe_run(r, "gate = Clip(gate, _, $limit:gate)");
    if (bounded) recipe_run(r, "up = Clip(up, $low:up, $limit:up)");
    recipe_run(r, "y = Mul(gate, Add(up, $beta:up))");
}

static const struct {
    const char *name, *text;
} activations[] = {{"relu", "gate = Relu(gate)"}, {"gelu", "gate = Gelu(gate; approximate=\"tanh\")"}, {"silu", "gate = Swish(gate)"}, {"identity", "gate = Identity(gate)"}};

/* y = the networks `which` of "rows" */
static bool run_experts(recipe *r, const experts *e) {
    draft *d = r->draft;
    const char *name = draft_string(d, "activation_type", "relu");
    const bool third = draft_input(d, e->layers[2].weights);
    int64_t fusion = draft_int(d, "swiglu_fusion", 0);
    recipe_run(r, "y = Identity(rows)");
    run_layer(r, e, &e->layers[0], e->paired ? 2 * e->inner : e->inner, e->hidden);
    recipe_int(r, "end", 2 * e->inner);
    if (!e->paired) recipe_run(r, "gate = Identity(y)");
    else if (fusion == 1) recipe_run(r, "gate = Slice(y, [0], [$end], [-1], [2])\nup = Slice(y, [1], [$end], [-1], [2])");
    else recipe_run(r, "gate, up = Split(y; axis=-1, num_outputs=2)");
    if (third) {
        recipe_run(r, "y = Identity(rows)");
        run_layer(r, e, &e->layers[2], e->inner, e->hidden);
        recipe_run(r, "up = Identity(y)");
    }
    if (!strcmp(name, "swiglu")) {
        if (!e->paired && !third) return draft_error(d, NULL, "has no weights for its gates");
        gate(r);
    } else {
        size_t i = 0, n = sizeof activations / sizeof *activations;
        while (i < n && strcmp(activations[i].name, name) != 0) i++;
        if (i == n) return draft_error(d, NULL, "activation '%.40s' is not known", name);
        recipe_run(r, activations[i].text);
        recipe_run(r, third ? "y = Mul(gate, up)" : "y = Identity(gate)");
    }
    run_layer(r, e, &e->layers[1], e->hidden, e->inner);
    return true;
}

/* "chosen" networks of each token and their "shares" */
static void route(recipe *r) {
    draft *d = r->draft;
    recipe_int(r, "k", draft_int(d, "k", 1));
    recipe_run(r, "shares, chosen = TopK(Softmax(router), [$k])");
    if (draft_input(d, SHARES)) {
        recipe_value(r, "weights", draft_input(d, SHARES));
        recipe_run(r, "shares = GatherElements(weights, chosen; axis=1)");
    }
    if (draft_int(d, "normalize_routing_weights", 0)) recipe_run(r, "shares = Div(shares, ReduceSum(shares, [1]))");
}

/* number: whether weights are quantised */
bool expand_experts(draft *d, const conversion *row) {
    const bool quantized = row->number != 0;
    experts e;
    if (!find_experts(d, &e, quantized)) return false;
    e.paired = !strcmp(draft_string(d, "activation_type", "relu"), "swiglu") && draft_int(d, "swiglu_fusion", 0) != 0;
    const value_type *x = draft_input_type(d, ROWS);
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x router");
    recipe_dims(&r, "whole", x->rank, x->dims);
    recipe_dim(&r, "tokens", e.tokens);
    recipe_int(&r, "hidden", e.hidden);
    recipe_int(&r, "count", e.count);
    recipe_int(&r, "routes", e.tokens.size * e.k);
    route(&r);
    recipe_run(&r, "flat = Reshape(x, [$tokens,$hidden])");
    if (e.few) {
        recipe_run(&r, "which = Reshape(chosen, [-1])\nrows = Reshape(Expand(Unsqueeze(flat, [1]), [$tokens,$k,$hidden]), [$routes,1,$hidden])");
        if (!run_experts(&r, &e)) return false;
        recipe_run(&r, "y = Reshape(ReduceSum(Mul(Reshape(y, [$tokens,$k,$hidden]), Unsqueeze(shares, [2])), [1]), $whole)");
        return recipe_return(&r, "y");
    }
    recipe_run(&r, "rows = Identity(flat)\nshares = ScatterElements(Expand(0.0:shares, [$tokens,$count]), chosen, shares; axis=1)");
    for (int64_t i = 0; i < e.count; i++) {
        recipe_int(&r, "one", i);
        recipe_run(&r, "which = Identity($one)");
        if (!run_experts(&r, &e)) return false;
        recipe_run(&r, "y = Mul(y, Gather(shares, [$one]; axis=1))");
        recipe_run(&r, i ? "sum = Add(sum, y)" : "sum = Identity(y)");
    }
    recipe_run(&r, "y = Reshape(sum, $whole)");
    return recipe_return(&r, "y");
}
