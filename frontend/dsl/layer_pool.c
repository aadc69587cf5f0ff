#include "frontend/dsl/window.h"

#include <string.h>

static bool is_max(const layer_call *c) { return strstr(c->layer->name, "max") != NULL; }

datum lower_pool(const layer_call *c) {
    value *x = given_tensor(c, "x");
    int axes = x->type.rank - 2;
    if (!need_rank(c, "x", 3, 5, "images are [batch, channels, height, width]")) return datum_error();
    const char *stride = given(c, "stride")->kind == DATUM_NOTHING ? "kernel" : "stride";
    node *n = node_new(c->l->region, NULL, is_max(c) ? OP_max_pool : OP_average_pool, c->name, 1, &x, 1);
    if (!set_sizes(c, n, "kernel", "kernel_shape", axes, 1) || !set_sizes(c, n, stride, "strides", axes, 1) || !set_pads(c, n, axes)) return datum_error();
    if (given_bool(c, "ceil")) node_set_int(n, "ceil_mode", 1);
    if (is_max(c) && !set_sizes(c, n, "dilation", "dilations", axes, 1)) return datum_error();
    if (!is_max(c) && given_bool(c, "count_pad")) node_set_int(n, "count_include_pad", 1);
    return infer_built(c->l, c->at, n) ? datum_tensor(n->outputs[0]) : datum_error();
}

datum lower_global_pool(const layer_call *c) {
    value *x = given_tensor(c, "x");
    if (!need_rank(c, "x", 3, 5, "images are [batch, channels, height, width]")) return datum_error();
    return datum_tensor(layer_build(c, is_max(c) ? OP_global_max_pool : OP_global_average_pool, 1, &x));
}

/* ---- pooling to a size ---- */

static value *window_pool(const layer_call *c, value *x, bool max, const int64_t *kernel, const int64_t *stride) {
    node *n = node_new(c->l->region, NULL, max ? OP_max_pool : OP_average_pool, c->name, 1, &x, 1);
    node_set_ints(n, "kernel_shape", 2, kernel);
    node_set_ints(n, "strides", 2, stride);
    return infer_built(c->l, c->at, n) ? n->outputs[0] : NULL;
}

/* Bins i of n on an axis of `in` reach from floor(i in / n) to ceil((i + 1) in / n). */
static int64_t bin_begin(int64_t i, int64_t n, int64_t in) { return i * in / n; }
static int64_t bin_end(int64_t i, int64_t n, int64_t in) { return ((i + 1) * in + n - 1) / n; }

/* All bins of an axis are alike, one stride apart: one window does. */
static bool is_regular(int64_t n, int64_t in, int64_t *kernel, int64_t *stride) {
    *kernel = bin_end(0, n, in);
    *stride = n > 1 ? bin_begin(1, n, in) : 1;
    for (int64_t i = 0; i < n; i++)
        if (bin_begin(i, n, in) != i * *stride || bin_end(i, n, in) - bin_begin(i, n, in) != *kernel) return false;
    return true;
}

static value *slice_axis(const layer_call *c, value *x, int64_t axis, int64_t begin, int64_t end) {
    value *inputs[] = {x, constant_ints_of(c->l, 1, &begin), constant_ints_of(c->l, 1, &end), constant_ints_of(c->l, 1, &axis)};
    return layer_build(c, OP_slice, 4, inputs);
}

static value *join(const layer_call *c, value **parts, int n, int64_t axis) {
    if (n == 1) return parts[0];
    node *joint = node_new(c->l->region, NULL, OP_concat, c->name, n, parts, 1);
    node_set_int(joint, "axis", axis);
    return infer_built(c->l, c->at, joint) ? joint->outputs[0] : NULL;
}

/* One axis, bin by bin: the maximum of maxima, and the mean of means over bins of one size, are those of the whole. */
static value *pool_axis(const layer_call *c, value *x, bool max, int axis, int64_t n, int64_t in) {
    value **parts = ARENA_ARRAY(c->l->arena, value *, n);
    for (int64_t i = 0; i < n; i++) {
        int64_t begin = bin_begin(i, n, in), end = bin_end(i, n, in), kernel[2] = {1, 1}, stride[2] = {1, 1};
        kernel[axis - 2] = end - begin;
        value *part = slice_axis(c, x, axis, begin, end);
        parts[i] = part ? window_pool(c, part, max, kernel, stride) : NULL;
        if (!parts[i]) return NULL;
    }
    return join(c, parts, (int)n, axis);
}

/* Of an open size: the bins are found at run time. */
static value *pool_open(const layer_call *c, value *x, bool max, const int64_t *size) {
    node *n = node_new(c->l->region, NULL, max ? OP_adaptive_max_pool : OP_adaptive_average_pool, c->name, 1, &x, 1);
    node_set_ints(n, "output_size", 2, size);
    return infer_built(c->l, c->at, n) ? n->outputs[0] : NULL;
}

static value *pool_to(const layer_call *c, value *x, bool max, const int64_t *size) {
    enum { MOST_BINS = 4096 };
    int64_t in[2] = {type_size(&x->type, 2), type_size(&x->type, 3)}, kernel[2], stride[2];
    for (int i = 0; i < 2; i++) {
        if ((in[i] >= 0 && size[i] > in[i]) || size[i] > MOST_BINS) {
            lower_error(c->l, c->at, NULL, "%s cannot be pooled to %lld x %lld", shape_text(c->l->arena, &x->type), (long long)size[0], (long long)size[1]);
            return NULL;
        }
    }
    if (in[0] < 0 || in[1] < 0) return pool_open(c, x, max, size);
    bool regular[2] = {is_regular(size[0], in[0], &kernel[0], &stride[0]), is_regular(size[1], in[1], &kernel[1], &stride[1])};
    if (regular[0] && regular[1]) return window_pool(c, x, max, kernel, stride);
    for (int i = 0; i < 2 && x; i++) {
        int64_t one[2] = {1, 1}, step[2] = {1, 1};
        one[i] = kernel[i], step[i] = stride[i];
        x = regular[i] ? window_pool(c, x, max, one, step) : pool_axis(c, x, max, i + 2, size[i], in[i]);
    }
    return x;
}

datum lower_adaptive_pool(const layer_call *c) {
    int64_t size[2];
    if (!need_rank(c, "x", 4, 4, "images are [batch, channels, height, width]") || !given_sizes(c, "size", 2, 1, size)) return datum_error();
    return datum_tensor(pool_to(c, given_tensor(c, "x"), is_max(c), size));
}

/* He et al. 2014: levels of n x n bins of the whole plane, each flattened, one behind the other. */
datum lower_spp(const layer_call *c) {
    enum { MAX_LEVELS = 16 };
    int64_t levels[MAX_LEVELS];
    value *parts[MAX_LEVELS];
    int n;
    const char *mode = given_string(c, "mode");
    if (!need_rank(c, "x", 4, 4, "images are [batch, channels, height, width]") || !given_ints(c, "levels", MAX_LEVELS, levels, &n)) return datum_error();
    if (strcmp(mode, "max") && strcmp(mode, "avg")) return lower_error(c->l, place_of(c, "mode"), "\"max\" or \"avg\"", "spp has no mode \"%s\"", mode), datum_error();
    if (!n) return lower_error(c->l, place_of(c, "levels"), NULL, "spp has no levels"), datum_error();
    for (int i = 0; i < n; i++) {
        int64_t size[2] = {levels[i], levels[i]};
        if (levels[i] < 1) return lower_error(c->l, place_of(c, "levels"), NULL, "a level of spp has at least one bin"), datum_error();
        value *bins = pool_to(c, given_tensor(c, "x"), !strcmp(mode, "max"), size);
        parts[i] = bins ? layer_build(c, OP_flatten, 1, &bins) : NULL;
        if (!parts[i]) return datum_error();
    }
    return datum_tensor(join(c, parts, n, 1));
}
