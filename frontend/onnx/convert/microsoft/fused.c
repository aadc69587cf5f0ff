#include "frontend/onnx/convert/recipe.h"

#include <string.h>

/* com.microsoft: what ONNX Runtime's optimiser makes of several standard operators. */

/* ---- activations ---- */

typedef struct activation {
    const char *name, *text;
    double alpha, beta, gamma; /* when not given */
} activation;

static const activation activations[] = {
    {"Relu", "y = Relu(y)", 0, 0, 0},
    {"Tanh", "y = Tanh(y)", 0, 0, 0},
    {"Sigmoid", "y = Sigmoid(y)", 0, 0, 0},
    {"Softplus", "y = Softplus(y)", 0, 0, 0},
    {"Softsign", "y = Softsign(y)", 0, 0, 0},
    {"HardSwish", "y = HardSwish(y)", 0, 0, 0},
    {"Gelu", "y = Gelu(y)", 0, 0, 0},
    {"QuickGelu", "y = Swish(y; alpha=$alpha)", 1.702, 0, 0},
    {"LeakyRelu", "y = LeakyRelu(y; alpha=$alpha)", 0.01, 0, 0},
    {"Elu", "y = Elu(y; alpha=$alpha)", 1, 0, 0},
    {"ThresholdedRelu", "y = ThresholdedRelu(y; alpha=$alpha)", 1, 0, 0},
    {"HardSigmoid", "y = HardSigmoid(y; alpha=$alpha, beta=$beta)", 0.2, 0.5, 0},
    {"Selu", "y = Selu(y; alpha=$alpha, gamma=$gamma)", 1.67326319217681884765625, 0, 1.05070102214813232421875},
    {"Clip", "y = Clip(y, $alpha, $beta)", -3.4028234663852886e38, 3.4028234663852886e38, 0},
};

/* y = activation(y). `given`: alpha, beta, gamma, the first n of which the node has; "" activates nothing. */
static bool activate(recipe *r, const char *name, int n, const double *given) {
    if (!*name) return true;
    for (size_t i = 0; i < sizeof activations / sizeof *activations; i++) {
        const activation *a = &activations[i];
        if (strcmp(a->name, name) != 0) continue;
        recipe_float(r, "alpha", n > 0 ? given[0] : a->alpha);
        recipe_float(r, "beta", n > 1 ? given[1] : a->beta);
        recipe_float(r, "gamma", n > 2 ? given[2] : a->gamma);
        recipe_run(r, a->text);
        return true;
    }
    return draft_error(r->draft, NULL, "activation '%.40s' is not known", name);
}

static const char *take_string(draft *d, const char *name) {
    attr a;
    return draft_take(d, name, &a) && a.kind == ATTR_STRING ? a.s.bytes : "";
}

bool expand_biased_gelu(draft *d, const conversion *row) {
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x bias");
    if (draft_input(d, 1)) recipe_run(&r, "x = Add(x, bias)");
    recipe_run(&r, row->text);
    return recipe_return(&r, "y");
}

bool expand_quick_gelu(draft *d, const conversion *row) {
    (void)row;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    recipe_float(&r, "alpha", draft_float(d, "alpha", 1.702f));
    recipe_run(&r, "y = Swish(x; alpha=$alpha)");
    return recipe_return(&r, "y");
}

/* ---- convolutions and products ---- */

static bool rank_of(draft *d, int input, int *rank) {
    const value_type *t = draft_input_type(d, input);
    *rank = t->kind == TYPE_TENSOR ? t->rank : -1;
    return *rank >= 1 || draft_error(d, NULL, "the rank of input %d is not known", input);
}

/* number: whether channels come last */
bool expand_fused_conv(draft *d, const conversion *row) {
    const char *name = take_string(d, "activation");
    attr params = {.n = 0};
    int rank;
    draft_take(d, "activation_params", &params);
    if (!rank_of(d, 0, &rank)) return false;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x w bias added");
    bool last = row->number != 0, biased = draft_input(d, 2);
    if (last) recipe_move_channels(&r, "x", rank, true);
    recipe_call(&r, "y", "Conv", biased ? "x w bias" : "x w");
    if (last) recipe_move_channels(&r, "y", rank, false);
    if (draft_input(d, 3)) recipe_run(&r, "y = Add(y, added)");
    return activate(&r, name, params.kind == ATTR_FLOATS ? params.n : 0, params.floats) && recipe_return(&r, "y");
}

/* text: an operator of one input, whose channels come last here */
bool expand_channels_last(draft *d, const conversion *row) {
    int rank;
    if (!rank_of(d, 0, &rank)) return false;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    recipe_move_channels(&r, "x", rank, true);
    recipe_call(&r, "y", row->text, "x");
    recipe_move_channels(&r, "y", rank, false);
    return recipe_return(&r, "y");
}

bool expand_fused_gemm(draft *d, const conversion *row) {
    (void)row;
    static const char *const attributes[] = {"activation_alpha", "activation_beta", "activation_gamma"};
    const char *name = take_string(d, "activation");
    double given[3];
    attr a;
    int n = 0;
    for (int i = 0; i < 3; i++)
        if (draft_take(d, attributes[i], &a)) given[i] = a.f, n = i + 1;
        else given[i] = 0;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "a b c");
    recipe_call(&r, "y", "Gemm", draft_input(d, 2) ? "a b c" : "a b");
    return activate(&r, name, n, given) && recipe_return(&r, "y");
}

/* The operand with its dimensions in the order of a product: transBatch puts the first one behind the batch. */
static bool turn_operand(recipe *r, int input, const char *name, bool swap, bool batch) {
    int rank;
    int64_t perm[IR_MAX_RANK];
    if (!rank_of(r->draft, input, &rank)) return false;
    if (rank < 2 || !(swap || batch)) return true;
    for (int i = 0; i < rank; i++) perm[i] = i;
    for (int i = 0; batch && i < rank - 1; i++) perm[i] = i == rank - 2 ? 0 : i + 1;
    if (swap) {
        int64_t row = perm[rank - 2];
        perm[rank - 2] = perm[rank - 1];
        perm[rank - 1] = row;
    }
    recipe_ints(r, "perm", rank, perm);
    recipe_run(r, arena_printf(r->draft->context->imp->arena, "%s = Transpose(%s; perm=$perm)", name, name));
    return true;
}

bool expand_fused_matmul(draft *d, const conversion *row) {
    (void)row;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "a b");
    if (!turn_operand(&r, 0, "a", draft_int(d, "transA", 0), draft_int(d, "transBatchA", 0)) ||
        !turn_operand(&r, 1, "b", draft_int(d, "transB", 0), draft_int(d, "transBatchB", 0)))
        return false;
    double alpha = draft_float(d, "alpha", 1);
    recipe_float(&r, "alpha", alpha);
    recipe_run(&r, "y = MatMul(a, b)");
    if (alpha != 1) recipe_run(&r, "y = Mul(y, $alpha:y)");
    return recipe_return(&r, "y");
}

/* ---- normalisation after sums ---- */

static const double usual_epsilon = 1e-12;

/* number: whether the mean is taken as 0, without a beta */
bool expand_skip_normalization(draft *d, const conversion *row) {
    bool simplified = row->number != 0;
    recipe r = recipe_new(d);
    recipe_inputs(&r, simplified ? "x skip gamma bias" : "x skip gamma beta bias");
    recipe_float(&r, "epsilon", draft_float(d, "epsilon", usual_epsilon));
    recipe_run(&r, "sum = Add(x, skip)");
    if (draft_input(d, simplified ? 3 : 4)) recipe_run(&r, "sum = Add(sum, bias)");
    if (simplified) recipe_run(&r, "y = RMSNormalization(sum, gamma; epsilon=$epsilon)");
    else recipe_run(&r, "y, mean, deviation = LayerNormalization(sum, gamma, beta; epsilon=$epsilon)");
    return recipe_return(&r, "y mean deviation sum");
}

/* "word", "place" and, unless there are none, "part": rows of the tables "words", "places" and "parts" for each token. */
static bool look_up(recipe *r) {
    const value_type *ids = draft_sized(r->draft, 0);
    if (!ids || ids->rank != 2) return ids ? draft_error(r->draft, NULL, "its ids are no matrix") : false;
    recipe_sizes(r, "batch", 1, &ids->dims[0]);
    recipe_sizes(r, "length", 1, &ids->dims[1]);
    recipe_run(r, "word = Gather(words, ids)");
    if (recipe_get(r, "positions")) recipe_run(r, "place = Gather(places, positions)");
    else recipe_run(r, "place = Slice(places, [0], length, [0])");
    if (recipe_get(r, "segments") && recipe_get(r, "parts")) recipe_run(r, "part = Gather(parts, segments)");
    return true;
}

/* Of these rows, "gamma", "beta" and "mask". */
static bool add_and_normalize(recipe *r) {
    recipe_float(r, "epsilon", draft_float(r->draft, "epsilon", usual_epsilon));
    recipe_run(r, "sum = Add(word, place)");
    if (recipe_get(r, "part")) recipe_run(r, "sum = Add(sum, part)");
    recipe_run(r, "y = LayerNormalization(sum, gamma, beta; epsilon=$epsilon)");
    if (recipe_get(r, "mask")) recipe_run(r, "count = ReduceSum(Cast(Equal(mask, 1:mask); to=6), [1]; keepdims=0)");
    else recipe_run(r, "count = Expand(0:ids, batch)");
    return recipe_return(r, "y count sum");
}

bool expand_embed_normalization(draft *d, const conversion *row) {
    (void)row;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "ids segments words places parts gamma beta mask positions");
    return look_up(&r) && add_and_normalize(&r);
}

/* Tables of 8-bit integers, each with a scale and a zero point. */
bool expand_quantized_embed_normalization(draft *d, const conversion *row) {
    static const char *const integers[] = {"word", "place", "part", "gamma", "beta"};
    enum { SCALES = 8, ZEROS = 13, N_TABLES = 5 };
    (void)row;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "ids segments words places parts gamma beta mask");
    if (!look_up(&r)) return false;
    for (int i = 0; i < N_TABLES; i++) {
        if (!recipe_get(&r, integers[i])) continue;
        recipe_value(&r, "scale", draft_input(d, SCALES + i));
        recipe_value(&r, "zero", draft_input(d, ZEROS + i));
        recipe_run(&r, arena_printf(d->context->imp->arena, "%s = DequantizeLinear(%s, Reshape(scale, []), Reshape(zero, []))", integers[i], integers[i]));
    }
    return add_and_normalize(&r);
}
