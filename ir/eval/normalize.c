#include "ir/eval/slices.h"

#include <math.h>

/* ---- mean and variance of slices ---- */

typedef struct moments {
    double mean, variance; /* of the population */
} moments;

static moments moments_of(const slices *s, int64_t slice, const double *x) {
    moments m = {0};
    for (int64_t e = 0; e < s->length; e++) m.mean += x[slice_at(s, slice, e)];
    m.mean /= (double)s->length;
    for (int64_t e = 0; e < s->length; e++) {
        double delta = x[slice_at(s, slice, e)] - m.mean;
        m.variance += delta * delta;
    }
    m.variance /= (double)s->length;
    return m;
}

/* y = (x - mean) * factor * scale + bias; scale and bias (NULL: none) have strides that broadcast them to x. */
typedef struct affine {
    const double *scale, *bias;
    int64_t scale_strides[IR_MAX_RANK], bias_strides[IR_MAX_RANK];
} affine;

static int64_t broadcast_at(const value_type *t, const int64_t *strides, int64_t index) {
    int64_t at = 0;
    for (int k = t->rank - 1; k >= 0; k--) {
        at += index % t->dims[k].size * strides[k];
        index /= t->dims[k].size;
    }
    return at;
}

static void normalize_slice(const slices *s, int64_t slice, const double *x, double mean, double factor, const affine *f,
                            tensor *out) {
    for (int64_t e = 0; e < s->length; e++) {
        int64_t at = slice_at(s, slice, e);
        double y = (x[at] - mean) * factor;
        if (f->scale) y *= f->scale[broadcast_at(&out->type, f->scale_strides, at)];
        if (f->bias) y += f->bias[broadcast_at(&out->type, f->bias_strides, at)];
        dtype_store_float(out->type.elem, out->data, at, y);
    }
}

/* One number a channel. */
static affine channel_affine(const tensor *scale, const tensor *bias, arena *a) {
    affine f = {.scale = load_floats(scale, a), .bias = load_floats(bias, a)};
    f.scale_strides[1] = f.bias_strides[1] = 1;
    return f;
}

/* ---- the operators ---- */

static void mark(bool *along, int rank, int first) {
    for (int k = 0; k < rank; k++) along[k] = k >= first;
}

bool eval_batch_normalization(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)d;
    bool training = node_int(n, "training_mode"), along[IR_MAX_RANK];
    double epsilon = node_float(n, "epsilon"), momentum = node_float(n, "momentum");
    mark(along, in[0]->type.rank, 2);
    along[0] = true; /* a slice is a channel of the whole batch */
    slices s = slices_of(&in[0]->type, along, a);
    const double *x = load_floats(in[0], a);
    affine f = channel_affine(in[1], in[2], a);
    for (int64_t c = 0; c < s.count; c++) {
        moments given = {dtype_load_float(in[3]->type.elem, in[3]->data, c), dtype_load_float(in[4]->type.elem, in[4]->data, c)};
        moments m = training ? moments_of(&s, c, x) : given;
        normalize_slice(&s, c, x, m.mean, 1 / sqrt(m.variance + epsilon), &f, &out[0]);
        double running[] = {given.mean * momentum + m.mean * (1 - momentum),
                            given.variance * momentum + m.variance * (1 - momentum)};
        for (int k = 0; k < 2; k++)
            if (out[k + 1].data) dtype_store_float(out[k + 1].type.elem, out[k + 1].data, c, running[k]);
    }
    return true;
}

static void normalize_moments(const slices *s, double epsilon, const tensor *in, const affine *f, tensor *out, arena *a) {
    const double *x = load_floats(in, a);
    for (int64_t i = 0; i < s->count; i++) {
        moments m = moments_of(s, i, x);
        normalize_slice(s, i, x, m.mean, 1 / sqrt(m.variance + epsilon), f, out);
    }
}

bool eval_instance_normalization(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)d;
    bool along[IR_MAX_RANK];
    mark(along, in[0]->type.rank, 2);
    slices s = slices_of(&in[0]->type, along, a);
    affine f = channel_affine(in[1], in[2], a);
    normalize_moments(&s, node_float(n, "epsilon"), in[0], &f, &out[0], a);
    return true;
}

bool eval_group_normalization(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)d;
    int64_t groups = tensor_size(in[0], 0) * node_int(n, "num_groups");
    int64_t length = groups ? tensor_count(in[0]) / groups : 0;
    value_type split = type_tensor(a, in[0]->type.elem, 2, (int64_t[]){groups, length}); /* groups are contiguous */
    slices s = slices_along(&split, 1, a);
    affine f = channel_affine(in[1], in[2], a);
    normalize_moments(&s, node_float(n, "epsilon"), in[0], &f, &out[0], a);
    return true;
}

/* Slices, scale and bias of layer and RMS normalisation. */
static slices trailing_slices(const node *n, const tensor *const *in, affine *f, arena *a) {
    int rank = in[0]->type.rank, axis = (int)node_int(n, "axis");
    bool along[IR_MAX_RANK], has_bias = op_of(n->op)->max_in > 2 && in[2];
    mark(along, rank, axis < 0 ? axis + rank : axis);
    *f = (affine){.scale = load_floats(in[1], a), .bias = has_bias ? load_floats(in[2], a) : NULL};
    broadcast_strides(&in[1]->type, rank, f->scale_strides);
    if (has_bias) broadcast_strides(&in[2]->type, rank, f->bias_strides);
    return slices_of(&in[0]->type, along, a);
}

bool eval_layer_normalization(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)d;
    affine f;
    slices s = trailing_slices(n, in, &f, a);
    const double *x = load_floats(in[0], a);
    for (int64_t i = 0; i < s.count; i++) {
        moments m = moments_of(&s, i, x);
        double factor = 1 / sqrt(m.variance + node_float(n, "epsilon"));
        normalize_slice(&s, i, x, m.mean, factor, &f, &out[0]);
        if (out[1].data) dtype_store_float(out[1].type.elem, out[1].data, i, m.mean);
        if (out[2].data) dtype_store_float(out[2].type.elem, out[2].data, i, factor);
    }
    return true;
}

bool eval_rms_normalization(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)d;
    affine f;
    slices s = trailing_slices(n, in, &f, a);
    const double *x = load_floats(in[0], a);
    for (int64_t i = 0; i < s.count; i++) {
        moments m = moments_of(&s, i, x);
        double mean_square = m.variance + m.mean * m.mean;
        normalize_slice(&s, i, x, 0, 1 / sqrt(mean_square + node_float(n, "epsilon")), &f, &out[0]);
    }
    return true;
}

bool eval_mean_variance_normalization(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    int rank = in[0]->type.rank, count;
    const int64_t *axes = node_ints(n, "axes", &count), all_but_channels[] = {0, 2, 3};
    if (!axes) axes = all_but_channels, count = 3;
    bool along[IR_MAX_RANK] = {false};
    for (int i = 0; i < count; i++) {
        if (axes[i] < -rank || axes[i] >= rank) return node_error(d, n, NULL, "its axes do not fit rank %d", rank);
        along[axes[i] < 0 ? axes[i] + rank : axes[i]] = true;
    }
    slices s = slices_of(&in[0]->type, along, a);
    const double *x = load_floats(in[0], a);
    affine none = {0};
    for (int64_t i = 0; i < s.count; i++) {
        moments m = moments_of(&s, i, x);
        normalize_slice(&s, i, x, m.mean, 1 / (sqrt(m.variance) + 1e-9), &none, &out[0]);
    }
    return true;
}

bool eval_lp_normalization(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)d;
    bool absolute = node_int(n, "p") == 1;
    slices s = slices_along(&in[0]->type, (int)node_int(n, "axis"), a);
    const double *x = load_floats(in[0], a);
    affine none = {0};
    for (int64_t i = 0; i < s.count; i++) {
        double norm = 0;
        for (int64_t e = 0; e < s.length; e++) {
            double v = x[slice_at(&s, i, e)];
            norm += absolute ? fabs(v) : v * v;
        }
        if (!absolute) norm = sqrt(norm);
        normalize_slice(&s, i, x, 0, norm != 0 ? 1 / norm : 0, &none, &out[0]);
    }
    return true;
}

/* y = x / (bias + alpha / size * sum of squares over `size` channels around) ^ beta */
bool eval_lrn(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)d;
    int64_t size = node_int(n, "size"), before = (size - 1) / 2, after = size - 1 - before;
    double alpha = node_float(n, "alpha"), beta = node_float(n, "beta"), bias = node_float(n, "bias");
    slices s = slices_along(&in[0]->type, 1, a);
    const double *x = load_floats(in[0], a);
    for (int64_t i = 0; i < s.count; i++)
        for (int64_t c = 0; c < s.length; c++) {
            int64_t lo = c > before ? c - before : 0, hi = after < s.length - c ? c + after : s.length - 1;
            double sum = 0;
            for (int64_t k = lo; k <= hi; k++) sum += x[slice_at(&s, i, k)] * x[slice_at(&s, i, k)];
            int64_t at = slice_at(&s, i, c);
            dtype_store_float(out->type.elem, out->data, at, x[at] * pow(bias + alpha / (double)size * sum, -beta));
        }
    return true;
}

/* As in inference; training would need random numbers, unless its ratio is 0. */
bool eval_dropout(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)a;
    bool training = in[2] && dtype_load_int(in[2]->type.elem, in[2]->data, 0);
    double ratio = in[1] ? dtype_load_float(in[1]->type.elem, in[1]->data, 0) : 0.5;
    if (training && ratio != 0)
        return node_error(d, n, "export the model for inference", "drops out at random (training_mode)");
    out[0].data = in[0]->data;
    for (int64_t i = 0; out[1].data && i < tensor_count(&out[1]); i++) dtype_store_int(DT_BOOL, out[1].data, i, 1);
    return true;
}
