/* Convolutions, their transposes, fully connected layers. */
#include "frontend/dsl/window.h"

#include <string.h>

enum { MAX_AXES = 3 };

static const char image_cure[] = "images are [batch, channels, height, width]";

/* Begins and ends: of one number, one an axis, or all; "same": as many outputs as strides fit. */
bool set_pads(const layer_call *c, node *n, int axes) {
    datum d = *given(c, "pad");
    int64_t ints[2 * MAX_AXES], pads[2 * MAX_AXES];
    int count;
    if (d.kind == DATUM_STRING) {
        node_set_string(n, "auto_pad", "SAME_UPPER");
        return true;
    }
    if (!given_ints(c, "pad", 2 * MAX_AXES, ints, &count)) return false;
    if (count != 1 && count != axes && count != 2 * axes)
        return lower_error(c->l, place_of(c, "pad"), "pad=1, pad=[height, width] or pad=[top, left, bottom, right]", "pad of %s has %d numbers", c->layer->name, count);
    for (int i = 0; i < 2 * axes; i++) {
        pads[i] = ints[count == 1 ? 0 : i % count];
        if (pads[i] < 0 || pads[i] > INT32_MAX) return lower_error(c->l, place_of(c, "pad"), NULL, "pad of %s cannot be %lld", c->layer->name, (long long)pads[i]);
    }
    node_set_ints(n, "pads", 2 * axes, pads);
    return true;
}

bool set_sizes(const layer_call *c, node *n, const char *slot, const char *attribute, int axes, int64_t least) {
    int64_t sizes[MAX_AXES];
    if (!given_sizes(c, slot, axes, least, sizes)) return false;
    node_set_ints(n, attribute, axes, sizes);
    return true;
}

/* Weights of `rank` dimensions and a bias of `outputs`; NULL after an error. */
static bool add_weights(const layer_call *c, int rank, const int64_t *dims, int64_t outputs, bool bias, value **w, value **b) {
    *w = new_parameter(c->l, c->at, weight_name(c, "weight"), PARAMETER_WEIGHT, rank, dims);
    *b = *w && bias ? new_parameter(c->l, c->at, weight_name(c, "bias"), PARAMETER_BIAS, 1, &outputs) : NULL;
    return *w && (*b || !bias);
}

static bool check_groups(const layer_call *c, int64_t in, int64_t out, int64_t groups) {
    if (groups >= 1 && in % groups == 0 && out % groups == 0) return true;
    return lower_error(c->l, c->at, NULL, "%lld channels here and %lld there cannot be split into %lld groups", (long long)in,
                       (long long)out, (long long)groups);
}

static void set_fans(const layer_call *c, bool bias, int64_t in, int64_t out, int64_t taps) {
    parameter *p = &c->l->parameters[c->l->n_parameters - 1 - bias];
    p->fan_in = in * taps;
    p->fan_out = out * taps;
}

static datum convolve(const layer_call *c, int64_t channels, int64_t groups) {
    value *x = given_tensor(c, "x"), *w, *b;
    bool bias = given_bool(c, "bias");
    int axes = x->type.rank - 2;
    int64_t in, dims[2 + MAX_AXES], taps = 1;
    if (!known_size(c->l, c->at, x, 1, "channels", &in) || !given_sizes(c, "kernel", axes, 1, dims + 2)) return datum_error();
    if (!check_groups(c, in, channels, groups)) return datum_error();
    for (int i = 0; i < axes; i++) taps *= dims[i + 2];
    dims[0] = channels;
    dims[1] = in / groups;
    if (!add_weights(c, axes + 2, dims, channels, bias, &w, &b)) return datum_error();
    set_fans(c, bias, in / groups, channels / groups, taps);
    node *n = node_new(c->l->region, NULL, OP_conv, c->name, bias ? 3 : 2, (value *[]){x, w, b}, 1);
    node_set_ints(n, "kernel_shape", axes, dims + 2);
    if (groups > 1) node_set_int(n, "group", groups);
    if (!set_sizes(c, n, "stride", "strides", axes, 1) || !set_sizes(c, n, "dilation", "dilations", axes, 1) || !set_pads(c, n, axes)) return datum_error();
    return infer_built(c->l, c->at, n) ? datum_tensor(n->outputs[0]) : datum_error();
}

datum lower_conv(const layer_call *c) {
    if (!need_rank(c, "x", 3, 5, image_cure) || !at_least(c, "channels", 1) || !at_least(c, "groups", 1)) return datum_error();
    return convolve(c, given_int(c, "channels"), given_int(c, "groups"));
}

datum lower_depthwise(const layer_call *c) {
    int64_t in;
    if (!need_rank(c, "x", 3, 5, image_cure) || !at_least(c, "multiplier", 1)) return datum_error();
    if (!known_size(c->l, c->at, given_tensor(c, "x"), 1, "channels", &in)) return datum_error();
    return convolve(c, in * given_int(c, "multiplier"), in);
}

datum lower_deconv(const layer_call *c) {
    if (!need_rank(c, "x", 3, 5, image_cure) || !at_least(c, "channels", 1) || !at_least(c, "groups", 1)) return datum_error();
    value *x = given_tensor(c, "x"), *w, *b;
    bool bias = given_bool(c, "bias");
    int axes = x->type.rank - 2;
    int64_t in, channels = given_int(c, "channels"), groups = given_int(c, "groups"), dims[2 + MAX_AXES], taps = 1;
    if (!known_size(c->l, c->at, x, 1, "channels", &in) || !given_sizes(c, "kernel", axes, 1, dims + 2)) return datum_error();
    if (!check_groups(c, in, channels, groups)) return datum_error();
    if (given(c, "pad")->kind == DATUM_STRING) return lower_error(c->l, place_of(c, "pad"), "give numbers", "deconv has no \"same\""), datum_error();
    for (int i = 0; i < axes; i++) taps *= dims[i + 2];
    dims[0] = in;
    dims[1] = channels / groups;
    if (!add_weights(c, axes + 2, dims, channels, bias, &w, &b)) return datum_error();
    set_fans(c, bias, in / groups, channels / groups, taps);
    node *n = node_new(c->l->region, NULL, OP_conv_transpose, c->name, bias ? 3 : 2, (value *[]){x, w, b}, 1);
    node_set_ints(n, "kernel_shape", axes, dims + 2);
    if (groups > 1) node_set_int(n, "group", groups);
    if (!set_sizes(c, n, "stride", "strides", axes, 1) || !set_sizes(c, n, "dilation", "dilations", axes, 1)) return datum_error();
    if (!set_sizes(c, n, "output_pad", "output_padding", axes, 0) || !set_pads(c, n, axes)) return datum_error();
    return infer_built(c->l, c->at, n) ? datum_tensor(n->outputs[0]) : datum_error();
}

datum lower_dense(const layer_call *c) {
    value *x = given_tensor(c, "x"), *w, *b;
    bool bias = given_bool(c, "bias");
    int64_t dims[2] = {given_int(c, "features"), 0};
    if (!need_rank(c, "x", 2, 2, "|> flatten makes one axis of all but the batch") || !at_least(c, "features", 1)) return datum_error();
    if (!known_size(c->l, c->at, x, 1, "features", &dims[1])) return datum_error();
    if (!add_weights(c, 2, dims, dims[0], bias, &w, &b)) return datum_error();
    node *n = node_new(c->l->region, NULL, OP_gemm, c->name, bias ? 3 : 2, (value *[]){x, w, b}, 1);
    node_set_int(n, "transB", 1);
    return infer_built(c->l, c->at, n) ? datum_tensor(n->outputs[0]) : datum_error();
}
