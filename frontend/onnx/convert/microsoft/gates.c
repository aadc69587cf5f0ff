#include "frontend/onnx/convert/microsoft/microsoft.h"

#include <string.h>

/* com.microsoft: norms and gates of recurrent and hybrid language models. They compute in f32 whatever the type. */

static bool known_type(draft *d, int input) { return draft_input_type(d, input)->kind == TYPE_TENSOR || draft_error(d, NULL, "the type of input %d is not known", input); }

bool expand_scaled_silu(draft *d, const conversion *row) {
    (void)row;
    if (!known_type(d, 0)) return false;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x scale");
    recipe_float(&r, "alpha", draft_float(d, "alpha", 1));
    recipe_run(&r, draft_input(d, 1) ? "z = Mul(x, CastLike(scale, x))" : "z = Mul(x, $alpha:x)");
    recipe_run(&r, "y = Mul(z, Sigmoid(z))");
    return recipe_return(&r, "y");
}

bool expand_gated_norm(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_sized(d, 0), *scale = draft_static(d, 1);
    const char *activation = draft_string(d, "activation", "silu");
    if (!x || !scale) return false;
    if (scale->rank != 1 || x->rank < 1 || !dim_is_number(x->dims[x->rank - 1]) || type_size(x, -1) % type_size(scale, 0))
        return draft_error(d, NULL, "its scale does not fit its input");
    if (strcmp(activation, "silu") != 0 && strcmp(activation, "swish") != 0 && strcmp(activation, "sigmoid") != 0)
        return draft_error(d, NULL, "activation '%.40s' is not known", activation);
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x scale gate");
    recipe_int(&r, "size", type_size(scale, 0));
    recipe_float(&r, "epsilon", draft_float(d, "epsilon", 1e-5f));
    recipe_run(&r, "wide = Reshape(Cast(x; to=1), [-1,$size])\nwide = RMSNormalization(wide, Cast(scale; to=1); epsilon=$epsilon)\ngate = Cast(gate; to=1)");
    recipe_run(&r, *activation == 's' && activation[2] == 'g' ? "gate = Sigmoid(gate)" : "gate = Swish(gate)");
    recipe_run(&r, "y = CastLike(Mul(Reshape(wide, Shape(x)), gate), x)");
    return recipe_return(&r, "y");
}

/* Each of several branches, which may lie behind one another in a row, is normalised by itself. */
bool expand_branchwise_norm(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_sized(d, 0);
    if (!x) return false;
    int64_t branches = draft_int(d, "num_branches", 0);
    if (x->rank < 2 || branches < 0 || type_size(x, -1) < 1 || (branches ? type_size(x, -1) % branches : !dim_is_number(x->dims[x->rank - 2])))
        return draft_error(d, NULL, "its branches do not fit its input");
    if (!branches) branches = type_size(x, -2);
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x scale");
    recipe_int(&r, "branches", branches);
    recipe_int(&r, "size", draft_int(d, "num_branches", 0) ? type_size(x, -1) / branches : type_size(x, -1));
    recipe_float(&r, "epsilon", draft_float(d, "epsilon", 1e-5f));
    recipe_run(&r, "y = Reshape(Cast(x; to=1), [-1,$branches,$size])\ny = RMSNormalization(y, Expand(1.0, [$size]); epsilon=$epsilon)");
    if (draft_input(d, 1)) recipe_run(&r, "y = Mul(y, Reshape(Cast(scale; to=1), [-1,$size]))");
    recipe_run(&r, "y = CastLike(Reshape(y, Shape(x)), x)");
    return recipe_return(&r, "y");
}

bool expand_linear_attention_gate(draft *d, const conversion *row) {
    (void)row;
    if (!known_type(d, 0)) return false;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "a bias scale b");
    recipe_run(&r, "decay = CastLike(Mul(scale, Softplus(Add(Cast(a; to=1), bias))), a)");
    if (draft_input(d, 3)) recipe_run(&r, "beta = Sigmoid(b)");
    return recipe_return(&r, "decay beta");
}

/* ---- the standard's, with more attributes ---- */

/* Takes away what is as if it were not there; false after an error where it is otherwise. */
static bool take_usual(draft *d, int n, const char *const *known, const int64_t *usual) {
    attr a;
    for (int i = 0; i < n; i++)
        if (draft_take(d, known[i], &a) && a.i != usual[i]) return draft_error(d, "export the model without it", "has %s=%lld, which is not supported", known[i], (long long)a.i);
    return true;
}

bool linear_attention(draft *d, const conversion *row) {
    static const char *const unusual[] = {"state_window"};
    (void)row;
    d->domain = "";
    d->version = ONNX_OPSET_MAX;
    return take_usual(d, 1, unusual, (const int64_t[]){0});
}

bool causal_conv(draft *d, const conversion *row) {
    static const char *const unusual[] = {"ndim", "state_window", "state_update_capacity", "state_channels_last", "state_length", "input_channel_offset", "input_channels"};
    return take_usual(d, 7, unusual, (const int64_t[]){1, 0, 0, -1, 0, 0, 0}) && expand_causal_conv(d, row);
}
