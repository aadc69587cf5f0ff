/* Where elements go: joining, cutting, reshaping, resizing. */
#include "frontend/dsl/layer.h"

#include <string.h>

static datum failed(const layer_call *c, const char *slot, const char *hint, const char *message) {
    lower_error(c->l, slot ? place_of(c, slot) : c->at, hint, "%s", message);
    return datum_error();
}

/* An axis, negative ones from the end; -1 after an error. */
static int axis_of(const layer_call *c, const value_type *t) {
    int64_t axis = given_int(c, "axis");
    if (axis < 0) axis += t->rank;
    if (axis >= 0 && axis < t->rank) return (int)axis;
    lower_error(c->l, place_of(c, "axis"), NULL, "%s has no axis %lld", shape_text(c->l->arena, t), (long long)given_int(c, "axis"));
    return -1;
}

static bool check_joint(const layer_call *c, const value_type *first, const value_type *t, int i, int axis) {
    const char *x = shape_text(c->l->arena, first), *y = shape_text(c->l->arena, t);
    if (t->rank != first->rank) return lower_error(c->l, c->at, NULL, "%s and %s cannot be joined: they have %d and %d axes", x, y, first->rank, t->rank);
    for (int k = 0; k < t->rank; k++) {
        int64_t p = type_size(first, k), q = type_size(t, k);
        if (k == axis || p < 0 || q < 0 || p == q) continue;
        return lower_error(c->l, c->at, NULL, "tensors 1 and %d cannot be joined along axis %d: %s and %s", i + 1, axis, x, y);
    }
    return true;
}

datum lower_concat(const layer_call *c) {
    datum x = *given(c, "x");
    int n = x.kind == DATUM_LIST ? x.count : 1;
    value **parts = ARENA_ARRAY(c->l->arena, value *, n);
    for (int i = 0; i < n; i++) parts[i] = x.kind == DATUM_LIST ? x.items[i].tensor : x.tensor;
    int axis = axis_of(c, &parts[0]->type);
    if (axis < 0) return datum_error();
    for (int i = 1; i < n; i++)
        if (!check_joint(c, &parts[0]->type, &parts[i]->type, i, axis)) return datum_error();
    node *joint = node_new(c->l->region, NULL, OP_concat, c->name, n, parts, 1);
    node_set_int(joint, "axis", axis);
    return infer_built(c->l, c->at, joint) ? datum_tensor(joint->outputs[0]) : datum_error();
}

datum lower_split(const layer_call *c) {
    enum { MAX_PARTS = 1024 };
    value *x = given_tensor(c, "x");
    int axis = axis_of(c, &x->type), n;
    int64_t sizes[MAX_PARTS], size, sum = 0;
    if (axis < 0 || !known_size(c->l, c->at, x, axis, "size", &size) || !given_ints(c, "parts", MAX_PARTS, sizes, &n)) return datum_error();
    if (given(c, "parts")->kind == DATUM_INT) {
        int64_t parts = sizes[0];
        if (parts < 1 || parts > MAX_PARTS || size % parts) {
            lower_error(c->l, place_of(c, "parts"), NULL, "%lld on axis %d cannot be split into %lld equal parts", (long long)size, axis, (long long)parts);
            return datum_error();
        }
        n = (int)parts;
        for (int i = 0; i < n; i++) sizes[i] = size / parts;
    }
    for (int i = 0; i < n; i++) {
        if (sizes[i] < 1 || sizes[i] > size) return failed(c, "parts", NULL, "a part has no possible size");
        sum += sizes[i];
    }
    if (sum != size) {
        lower_error(c->l, place_of(c, "parts"), NULL, "the parts have %lld elements together, axis %d has %lld", (long long)sum, axis, (long long)size);
        return datum_error();
    }
    node *cut = node_new(c->l->region, NULL, OP_split, c->name, 2, (value *[]){x, constant_ints_of(c->l, n, sizes)}, n);
    node_set_int(cut, "axis", axis);
    if (!infer_built(c->l, c->at, cut)) return datum_error();
    datum *items = ARENA_ARRAY(c->l->arena, datum, n);
    for (int i = 0; i < n; i++) items[i] = datum_tensor(cut->outputs[i]);
    return datum_list(items, n);
}

datum lower_flatten(const layer_call *c) {
    value *x = given_tensor(c, "x");
    int64_t axis = given_int(c, "axis");
    if (axis < 0 || axis > x->type.rank) return failed(c, "axis", NULL, "flatten begins at an axis of its input");
    node *n = node_new(c->l->region, NULL, OP_flatten, c->name, 1, &x, 1);
    node_set_int(n, "axis", axis);
    return infer_built(c->l, c->at, n) ? datum_tensor(n->outputs[0]) : datum_error();
}

static value *reshape(const layer_call *c, value *x, int n, const int64_t *shape) {
    return x ? layer_build(c, OP_reshape, 2, (value *[]){x, constant_ints_of(c->l, n, shape)}) : NULL;
}

static value *transpose(const layer_call *c, value *x, int n, const int64_t *order) {
    if (!x) return NULL;
    node *t = node_new(c->l->region, NULL, OP_transpose, c->name, 1, &x, 1);
    node_set_ints(t, "perm", n, order);
    return infer_built(c->l, c->at, t) ? t->outputs[0] : NULL;
}

datum lower_reshape(const layer_call *c) {
    int64_t shape[IR_MAX_RANK];
    int n;
    if (!given_ints(c, "shape", IR_MAX_RANK, shape, &n)) return datum_error();
    return datum_tensor(reshape(c, given_tensor(c, "x"), n, shape));
}

datum lower_transpose(const layer_call *c) {
    int64_t order[IR_MAX_RANK];
    int n, rank = given_tensor(c, "x")->type.rank;
    if (!given_ints(c, "order", IR_MAX_RANK, order, &n)) return datum_error();
    unsigned seen = 0;
    for (int i = 0; i < n; i++)
        if (order[i] >= 0 && order[i] < n) seen |= 1u << order[i];
    if (n != rank || seen != (1u << n) - 1) return failed(c, "order", NULL, "the order names every axis once");
    return datum_tensor(transpose(c, given_tensor(c, "x"), n, order));
}

/* Zhang et al. 2018: [groups, channels / groups] turned over. */
datum lower_shuffle(const layer_call *c) {
    value *x = given_tensor(c, "x");
    int64_t size[4], groups = given_int(c, "groups");
    if (!need_rank(c, "x", 4, 4, NULL) || !at_least(c, "groups", 1)) return datum_error();
    for (int i = 0; i < 4; i++)
        if (!known_size(c->l, c->at, x, i, "size", &size[i])) return datum_error();
    if (size[1] % groups) return failed(c, "groups", NULL, "the channels cannot be split into so many groups");
    x = reshape(c, x, 5, (int64_t[]){size[0], groups, size[1] / groups, size[2], size[3]});
    x = transpose(c, x, 5, (int64_t[]){0, 2, 1, 3, 4});
    return datum_tensor(reshape(c, x, 4, size));
}

static value *slice(const layer_call *c, value *x, int n, const int64_t *axes, const int64_t *begin, const int64_t *end, const int64_t *step) {
    value *inputs[] = {x, constant_ints_of(c->l, n, begin), constant_ints_of(c->l, n, end), constant_ints_of(c->l, n, axes), constant_ints_of(c->l, n, step)};
    return layer_build(c, OP_slice, 5, inputs);
}

datum lower_slice(const layer_call *c) {
    value *x = given_tensor(c, "x");
    int64_t axis = axis_of(c, &x->type), begin = given_int(c, "begin"), end = given_int(c, "end"), step = given_int(c, "step");
    if (axis < 0) return datum_error();
    if (!step) return failed(c, "step", NULL, "slice cannot step by 0");
    return datum_tensor(slice(c, x, 1, &axis, &begin, &end, &step));
}

/* Of an open size; that there is such a window is shown when the bounds are known. */
static value *crop_open(const layer_call *c, value *x, const dim *size, const int64_t *begin) {
    const int64_t offset[4] = {0, 0, begin[0], begin[1]};
    const dim dims[4] = {x->type.dims[0], x->type.dims[1], size[0], size[1]};
    node *n = node_new(c->l->region, NULL, OP_crop, c->name, 1, &x, 1);
    node_set_ints(n, "offset", 4, offset);
    node_set_type(n, "size", type_tensor_dims(c->l->arena, x->type.elem, 4, dims));
    return infer_built(c->l, c->at, n) ? n->outputs[0] : NULL;
}

datum lower_crop(const layer_call *c) {
    value *x = given_tensor(c, "x");
    int64_t begin[2], end[2], axes[2] = {2, 3}, step[2] = {1, 1};
    dim size[2];
    if (!need_rank(c, "x", 4, 4, NULL) || !given_extents(c, "size", 2, size)) return datum_error();
    bool centred = given(c, "offset")->kind == DATUM_NOTHING, open = false;
    if (!centred && !given_sizes(c, "offset", 2, 0, begin)) return datum_error();
    for (int i = 0; i < 2; i++) {
        int64_t in = type_size(&x->type, i + 2);
        if (centred && (in < 0 || !dim_is_number(size[i]))) return failed(c, "size", "crop(size, offset=[y, x])", "the middle of an open size is not known");
        open = open || in < 0 || !dim_is_number(size[i]);
        if (centred) begin[i] = (in - size[i].size) / 2;
        if (in < 0 || !dim_is_number(size[i])) continue;
        end[i] = begin[i] + size[i].size;
        if (size[i].size > in || end[i] > in) {
            lower_error(c->l, c->at, NULL, "%s has no %s of %lld from %lld on", shape_text(c->l->arena, &x->type), i ? "width" : "height",
                        (long long)size[i].size, (long long)begin[i]);
            return datum_error();
        }
    }
    return datum_tensor(open ? crop_open(c, x, size, begin) : slice(c, x, 2, axes, begin, end, step));
}

/* pad: height and width as for conv; channels: a number on both sides, or before and after. */
datum lower_pad(const layer_call *c) {
    value *x = given_tensor(c, "x");
    int64_t ints[4], channels[2], amounts[8] = {0};
    int n;
    if (!need_rank(c, "x", 4, 4, NULL) || !given_sizes(c, "channels", 2, 0, channels)) return datum_error();
    if (given(c, "pad")->kind == DATUM_STRING) return failed(c, "pad", NULL, "\"same\" is for windows");
    if (!given_ints(c, "pad", 4, ints, &n)) return datum_error();
    if (n != 1 && n != 2 && n != 4) return failed(c, "pad", "pad(1), pad([height, width]) or pad([top, left, bottom, right])", "pad has 1, 2 or 4 numbers");
    for (int i = 0; i < 4; i++) {
        int64_t amount = ints[n == 1 ? 0 : i % n];
        if (amount < 0 || amount > INT32_MAX) return failed(c, "pad", "crop takes away", "pad adds rows and columns");
        amounts[i < 2 ? i + 2 : i + 4] = amount;
    }
    amounts[1] = channels[0];
    amounts[5] = channels[1];
    value *inputs[] = {x, constant_ints_of(c->l, 8, amounts), constant_like(c->l, given_float(c, "value"), x)};
    return datum_tensor(layer_build(c, OP_pad, 3, inputs));
}

/* ---- resizing: nearest takes the pixel at floor(i / scale), bilinear centres of pixels (or corners) on each other ---- */

/* `size` -1: of an open size, by a whole factor. */
static value *resize_axis(const layer_call *c, value *x, int axis, int64_t size, double scale) {
    bool nearest = !strcmp(given_string(c, "mode"), "nearest");
    if (!x || scale == 1) return x;
    node *n = node_new(c->l->region, NULL, OP_resize_axis, c->name, 1, &x, 1);
    node_set_int(n, "axis", axis);
    node_set_int(n, "size", size);
    node_set_float(n, "scale", scale);
    node_set_string(n, "mode", nearest ? "nearest" : "linear");
    if (nearest) node_set_string(n, "nearest_mode", "floor");
    node_set_string(n, "transform", nearest ? "asymmetric" : given_bool(c, "align_corners") ? "align_corners" : "half_pixel");
    return infer_built(c->l, c->at, n) ? n->outputs[0] : NULL;
}

static bool check_mode(const layer_call *c) {
    const char *mode = given_string(c, "mode");
    if (!strcmp(mode, "nearest") || !strcmp(mode, "bilinear")) return true;
    return lower_error(c->l, place_of(c, "mode"), "\"nearest\" or \"bilinear\"", "%s has no mode \"%s\"", c->layer->name, mode);
}

datum lower_resize(const layer_call *c) {
    value *x = given_tensor(c, "x");
    int64_t size[2], in;
    if (!need_rank(c, "x", 4, 4, NULL) || !given_sizes(c, "size", 2, 1, size) || !check_mode(c)) return datum_error();
    for (int i = 0; i < 2 && x; i++) {
        if (!known_size(c->l, c->at, x, i + 2, "size", &in)) return datum_error();
        x = resize_axis(c, x, i + 2, size[i], (double)size[i] / (double)in);
    }
    return datum_tensor(x);
}

datum lower_upsample(const layer_call *c) {
    value *x = given_tensor(c, "x");
    int64_t factor[2];
    if (!need_rank(c, "x", 4, 4, NULL) || !given_sizes(c, "factor", 2, 1, factor) || !check_mode(c)) return datum_error();
    for (int i = 0; i < 2 && x; i++) {
        int64_t in = type_size(&x->type, i + 2);
        x = resize_axis(c, x, i + 2, in < 0 ? -1 : in * factor[i], (double)factor[i]);
    }
    return datum_tensor(x);
}
