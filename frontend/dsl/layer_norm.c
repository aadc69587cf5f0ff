/* Normalisation, and activations with weights. */
#include "frontend/dsl/layer.h"

/* A parameter of one number a channel, or (affine=no) the number itself. */
static value *by_channel(const layer_call *c, const char *last, parameter_role role, int64_t channels) {
    return new_parameter(c->l, c->at, weight_name(c, last), role, 1, &channels);
}

static value *fixed(const layer_call *c, float x, int64_t channels) {
    float *data = ARENA_ARRAY(c->l->arena, float, channels);
    for (int64_t i = 0; i < channels; i++) data[i] = x;
    return value_constant(c->l->graph, "fixed", type_tensor(c->l->arena, DT_F32, 1, &channels), data, NULL);
}

datum lower_bn(const layer_call *c) {
    value *x = given_tensor(c, "x");
    int64_t channels;
    if (!need_rank(c, "x", 2, 5, NULL) || !known_size(c->l, c->at, x, 1, "channels", &channels)) return datum_error();
    if (!charge(c->l, c->at, channels / 16)) return datum_error();
    bool affine = given_bool(c, "affine");
    value *inputs[] = {x, affine ? by_channel(c, "weight", PARAMETER_SCALE, channels) : fixed(c, 1, channels),
                       affine ? by_channel(c, "bias", PARAMETER_SHIFT, channels) : fixed(c, 0, channels),
                       by_channel(c, "running_mean", PARAMETER_MEAN, channels), by_channel(c, "running_var", PARAMETER_VARIANCE, channels)};
    for (int i = 1; i < 5; i++)
        if (!inputs[i]) return datum_error();
    node *n = node_new(c->l->region, NULL, OP_batch_normalization, c->name, 5, inputs, 1);
    node_set_float(n, "epsilon", given_float(c, "eps"));
    return infer_built(c->l, c->at, n) ? datum_tensor(n->outputs[0]) : datum_error();
}

/* Scale and shift by channel behind x. */
static node *normalization(const layer_call *c, op_code op, int axis) {
    value *x = given_tensor(c, "x");
    int64_t channels;
    if (!known_size(c->l, c->at, x, axis, "size", &channels)) return NULL;
    value *inputs[] = {x, by_channel(c, "weight", PARAMETER_SCALE, channels), by_channel(c, "bias", PARAMETER_SHIFT, channels)};
    if (!inputs[1] || !inputs[2]) return NULL;
    node *n = node_new(c->l->region, NULL, op, c->name, 3, inputs, 1);
    node_set_float(n, "epsilon", given_float(c, "eps"));
    return n;
}

static datum inferred(const layer_call *c, node *n) { return n && infer_built(c->l, c->at, n) ? datum_tensor(n->outputs[0]) : datum_error(); }

datum lower_group_norm(const layer_call *c) {
    if (!need_rank(c, "x", 3, 5, NULL) || !at_least(c, "groups", 1)) return datum_error();
    node *n = normalization(c, OP_group_normalization, 1);
    if (n) node_set_int(n, "num_groups", given_int(c, "groups"));
    return inferred(c, n);
}

datum lower_instance_norm(const layer_call *c) {
    return need_rank(c, "x", 3, 5, NULL) ? inferred(c, normalization(c, OP_instance_normalization, 1)) : datum_error();
}

datum lower_layer_norm(const layer_call *c) {
    value *x = given_tensor(c, "x");
    int64_t axis = given_int(c, "axis"), dims[IR_MAX_RANK];
    if (axis < 0) axis += x->type.rank;
    if (axis < 0 || axis >= x->type.rank)
        return lower_error(c->l, place_of(c, "axis"), NULL, "%s has no axis %lld", shape_text(c->l->arena, &x->type), (long long)given_int(c, "axis")), datum_error();
    int rank = x->type.rank - (int)axis;
    for (int i = 0; i < rank; i++)
        if (!known_size(c->l, c->at, x, (int)axis + i, "size", &dims[i])) return datum_error();
    value *w = new_parameter(c->l, c->at, weight_name(c, "weight"), PARAMETER_SCALE, rank, dims);
    value *b = w ? new_parameter(c->l, c->at, weight_name(c, "bias"), PARAMETER_SHIFT, rank, dims) : NULL;
    if (!b) return datum_error();
    node *n = node_new(c->l->region, NULL, OP_layer_normalization, c->name, 3, (value *[]){x, w, b}, 1);
    node_set_int(n, "axis", axis);
    node_set_float(n, "epsilon", given_float(c, "eps"));
    return inferred(c, n);
}

datum lower_lrn(const layer_call *c) {
    value *x = given_tensor(c, "x");
    if (!at_least(c, "size", 1)) return datum_error();
    node *n = node_new(c->l->region, NULL, OP_lrn, c->name, 1, &x, 1);
    node_set_int(n, "size", given_int(c, "size"));
    node_set_float(n, "alpha", given_float(c, "alpha"));
    node_set_float(n, "beta", given_float(c, "beta"));
    node_set_float(n, "bias", given_float(c, "k"));
    return inferred(c, n);
}

/* PyTorch's slopes are [channels]; the operator broadcasts from the right. */
datum lower_prelu(const layer_call *c) {
    value *x = given_tensor(c, "x");
    int64_t channels = 1, shape[IR_MAX_RANK];
    if (!need_rank(c, "x", 2, 5, NULL)) return datum_error();
    if (!given_bool(c, "shared") && !known_size(c->l, c->at, x, 1, "channels", &channels)) return datum_error();
    value *slope = by_channel(c, "weight", PARAMETER_SLOPE, channels);
    if (!slope) return datum_error();
    int rank = x->type.rank - 1;
    for (int i = 0; i < rank; i++) shape[i] = i ? 1 : channels;
    if (rank > 1) slope = build(c->l, c->at, OP_reshape, weight_name(c, "slope"), 2, (value *[]){slope, constant_ints_of(c->l, rank, shape)});
    return datum_tensor(layer_build(c, OP_prelu, 2, (value *[]){x, slope}));
}

datum lower_dropout(const layer_call *c) {
    double p = given_float(c, "p");
    if (!(p >= 0 && p <= 1)) return lower_error(c->l, place_of(c, "p"), NULL, "p of dropout is a share from 0 to 1"), datum_error();
    value *x = given_tensor(c, "x");
    return datum_tensor(layer_build(c, OP_dropout, 1, &x));
}
