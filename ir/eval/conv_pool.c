#include "ir/eval/eval.h"

#include <math.h>
#include <string.h>

/* Windows over three spatial axes; missing leading ones have size 1. */
typedef struct grid {
    int64_t in[3], out[3], kernel[3], stride[3], dilation[3], begin[3], end[3];
    int64_t in_count, out_count, kernel_count;
} grid;

static bool grid_of(const node *n, const tensor *x, const tensor *y, grid *g, diagnostics *d) {
    window w;
    if (!window_of(n, &w, d)) return false;
    *g = (grid){.in_count = 1, .out_count = 1, .kernel_count = 1};
    int missing = 3 - w.n_axes;
    for (int i = 0; i < 3; i++) {
        bool real = i >= missing;
        int axis = i - missing;
        g->in[i] = real ? tensor_size(x, axis + 2) : 1;
        g->out[i] = real ? tensor_size(y, axis + 2) : 1;
        g->kernel[i] = real ? w.kernel[axis] : 1;
        g->stride[i] = real ? w.stride[axis] : 1;
        g->dilation[i] = real ? w.dilation[axis] : 1;
        g->begin[i] = real ? w.pad_begin[axis] : 0;
        g->end[i] = real ? w.pad_end[axis] : 0;
        g->in_count *= g->in[i];
        g->out_count *= g->out[i];
        g->kernel_count *= g->kernel[i];
    }
    return true;
}

static int64_t floordiv(int64_t x, int64_t y) { return x / y - (x % y != 0 && x < 0); }

/* The outputs [*lo, *hi) along an axis whose window finds input at kernel position k. */
static void valid_range(const grid *g, int axis, int64_t k, int64_t *lo, int64_t *hi) {
    int64_t shift = k * g->dilation[axis] - g->begin[axis]; /* input = output * stride + shift */
    *lo = shift < 0 ? floordiv(-shift + g->stride[axis] - 1, g->stride[axis]) : 0;
    *hi = floordiv(g->in[axis] - 1 - shift, g->stride[axis]) + 1;
    if (*hi > g->out[axis]) *hi = g->out[axis];
    if (*lo > *hi) *lo = *hi;
}

/* Calls `row` for each kernel position and each row of outputs that it reaches: outputs y[0..count) see inputs
 * x[0], x[stride]… */
typedef void row_fn(void *context, int64_t tap, int64_t y, int64_t x, int64_t stride, int64_t count);

static void for_each_row(const grid *g, row_fn *row, void *context) {
    int64_t lo[3], hi[3], k[3], tap = 0;
    for (k[0] = 0; k[0] < g->kernel[0]; k[0]++)
        for (k[1] = 0; k[1] < g->kernel[1]; k[1]++)
            for (k[2] = 0; k[2] < g->kernel[2]; k[2]++, tap++) {
                int64_t shift[3];
                for (int i = 0; i < 3; i++) {
                    valid_range(g, i, k[i], &lo[i], &hi[i]);
                    shift[i] = k[i] * g->dilation[i] - g->begin[i];
                }
                for (int64_t z = lo[0]; z < hi[0]; z++)
                    for (int64_t y = lo[1]; y < hi[1]; y++) {
                        int64_t in_z = z * g->stride[0] + shift[0], in_y = y * g->stride[1] + shift[1];
                        row(context, tap, (z * g->out[1] + y) * g->out[2] + lo[2],
                            (in_z * g->in[1] + in_y) * g->in[2] + lo[2] * g->stride[2] + shift[2], g->stride[2],
                            hi[2] - lo[2]);
                    }
            }
}

/* ---- convolution ---- */

typedef struct conv_planes {
    const double *x, *filter; /* one input plane, its taps */
    double *y;
} conv_planes;

static void conv_row(void *context, int64_t tap, int64_t y, int64_t x, int64_t stride, int64_t count) {
    const conv_planes *c = context;
    double w = c->filter[tap], *to = c->y + y;
    const double *from = c->x + x;
    if (stride == 1)
        for (int64_t i = 0; i < count; i++) to[i] += w * from[i];
    else
        for (int64_t i = 0; i < count; i++) to[i] += w * from[i * stride];
}

/* Of (x - x_zero). */
static bool convolve(const node *n, const tensor *const *in, double x_zero, tensor *out, arena *a, diagnostics *d) {
    grid g;
    if (!grid_of(n, in[0], &out[0], &g, d)) return false;
    double *x = load_floats(in[0], a);
    const double *w = load_floats(in[1], a), *bias = in[2] ? load_floats(in[2], a) : NULL;
    for (int64_t i = 0; x_zero != 0 && i < tensor_count(in[0]); i++) x[i] -= x_zero;
    int64_t batch = tensor_size(in[0], 0), channels = tensor_size(in[0], 1), filters = tensor_size(in[1], 0);
    int64_t group = node_int(n, "group"), depth = channels / group, per_group = filters / group;
    double *y = ARENA_ARRAY(a, double, tensor_count(&out[0]));
    for (int64_t b = 0; b < batch; b++)
        for (int64_t f = 0; f < filters; f++) {
            conv_planes c = {.y = y + (b * filters + f) * g.out_count};
            for (int64_t i = 0; bias && i < g.out_count; i++) c.y[i] = bias[f];
            for (int64_t k = 0; k < depth; k++) {
                c.x = x + (b * channels + f / per_group * depth + k) * g.in_count;
                c.filter = w + (f * depth + k) * g.kernel_count;
                for_each_row(&g, conv_row, &c);
            }
        }
    store_floats(&out[0], y);
    return true;
}

bool eval_conv(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) { return convolve(n, in, 0, out, a, d); }

/* Sums of products of bytes are far below 2^53. */
bool eval_conv_integer(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    return convolve(n, in, (double)node_int(n, "x_zero"), out, a, d);
}

/* The transpose scatters what convolution gathers: with the roles of input and output swapped, the same rows. */
static void scatter_row(void *context, int64_t tap, int64_t x, int64_t y, int64_t stride, int64_t count) {
    const conv_planes *c = context;
    double w = c->filter[tap], *to = c->y + y;
    for (int64_t i = 0; i < count; i++) to[i * stride] += w * c->x[x + i];
}

bool eval_conv_transpose(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    grid g;
    if (!grid_of(n, &out[0], in[0], &g, d)) return false;
    const double *x = load_floats(in[0], a), *w = load_floats(in[1], a), *bias = in[2] ? load_floats(in[2], a) : NULL;
    int64_t batch = tensor_size(in[0], 0), channels = tensor_size(in[0], 1), filters = tensor_size(&out[0], 1);
    int64_t group = node_int(n, "group"), depth = channels / group, per_group = filters / group;
    double *y = ARENA_ARRAY(a, double, tensor_count(&out[0]));
    for (int64_t b = 0; b < batch; b++)
        for (int64_t f = 0; f < filters; f++) {
            conv_planes c = {.y = y + (b * filters + f) * g.in_count};
            for (int64_t i = 0; bias && i < g.in_count; i++) c.y[i] = bias[f];
            for (int64_t k = f / per_group * depth; k < (f / per_group + 1) * depth; k++) {
                c.x = x + (b * channels + k) * g.out_count;
                c.filter = w + (k * per_group + f % per_group) * g.kernel_count;
                for_each_row(&g, scatter_row, &c);
            }
        }
    store_floats(&out[0], y);
    return true;
}

/* ---- pooling ---- */

typedef struct max_planes {
    const double *x;
    double *y;
    int64_t *where; /* of the maximum in x; -1: none yet */
} max_planes;

static void max_row(void *context, int64_t tap, int64_t y, int64_t x, int64_t stride, int64_t count) {
    (void)tap;
    const max_planes *m = context;
    for (int64_t i = 0; i < count; i++) {
        double v = m->x[x + i * stride];
        if (m->where[y + i] >= 0 && !(v > m->y[y + i]) && !isnan(v)) continue;
        m->y[y + i] = v;
        m->where[y + i] = x + i * stride;
    }
}

/* Row-major index within a plane to column-major, for storage_order 1. */
static int64_t column_major(const grid *g, int64_t index) {
    int64_t x = index % g->in[2], y = index / g->in[2] % g->in[1], z = index / g->in[2] / g->in[1];
    return (x * g->in[1] + y) * g->in[0] + z;
}

bool eval_max_pool(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    grid g;
    if (!grid_of(n, in[0], &out[0], &g, d)) return false;
    bool columns = node_int(n, "storage_order");
    int64_t planes = tensor_size(in[0], 0) * tensor_size(in[0], 1);
    const double *x = load_floats(in[0], a);
    max_planes m = {.y = ARENA_ARRAY(a, double, g.out_count), .where = ARENA_ARRAY(a, int64_t, g.out_count)};
    for (int64_t p = 0; p < planes; p++) {
        m.x = x + p * g.in_count;
        for (int64_t i = 0; i < g.out_count; i++) m.y[i] = -(double)INFINITY, m.where[i] = -1;
        for_each_row(&g, max_row, &m);
        for (int64_t i = 0; i < g.out_count; i++) {
            dtype_store_float(out[0].type.elem, out[0].data, p * g.out_count + i, m.y[i]);
            if (!out[1].data) continue;
            int64_t where = columns ? column_major(&g, m.where[i]) : m.where[i];
            dtype_store_int(DT_I64, out[1].data, p * g.out_count + i, p * g.in_count + where);
        }
    }
    return true;
}

typedef struct sum_planes {
    const double *x;
    double *y, *count;
} sum_planes;

static void sum_row(void *context, int64_t tap, int64_t y, int64_t x, int64_t stride, int64_t count) {
    (void)tap;
    const sum_planes *s = context;
    for (int64_t i = 0; i < count; i++) {
        s->y[y + i] += s->x[x + i * stride];
        s->count[y + i]++;
    }
}

/* How many taps of output i lie within the padded input: not beyond its end, as ceil_mode's last window may. */
static int64_t padded_taps(const grid *g, int64_t i) {
    int64_t at[3] = {i / g->out[2] / g->out[1], i / g->out[2] % g->out[1], i % g->out[2]}, taps = 1;
    for (int k = 0; k < 3; k++) {
        int64_t room = g->in[k] + g->begin[k] + g->end[k] - at[k] * g->stride[k];
        int64_t reached = (room + g->dilation[k] - 1) / g->dilation[k];
        taps *= reached < g->kernel[k] ? reached : g->kernel[k];
    }
    return taps;
}

bool eval_average_pool(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    grid g;
    if (!grid_of(n, in[0], &out[0], &g, d)) return false;
    bool include_pad = node_int(n, "count_include_pad");
    int64_t planes = tensor_size(in[0], 0) * tensor_size(in[0], 1);
    const double *x = load_floats(in[0], a);
    sum_planes s = {.y = ARENA_ARRAY(a, double, g.out_count), .count = ARENA_ARRAY(a, double, g.out_count)};
    for (int64_t p = 0; p < planes; p++) {
        s.x = x + p * g.in_count;
        memset(s.y, 0, sizeof *s.y * (size_t)g.out_count);
        memset(s.count, 0, sizeof *s.count * (size_t)g.out_count);
        for_each_row(&g, sum_row, &s);
        for (int64_t i = 0; i < g.out_count; i++) {
            double count = include_pad ? (double)padded_taps(&g, i) : s.count[i];
            dtype_store_float(out[0].type.elem, out[0].data, p * g.out_count + i, s.y[i] / count);
        }
    }
    return true;
}

typedef struct power_planes {
    const double *x;
    double *y;
    double p;
} power_planes;

static void power_row(void *context, int64_t tap, int64_t y, int64_t x, int64_t stride, int64_t count) {
    (void)tap;
    const power_planes *c = context;
    for (int64_t i = 0; i < count; i++) c->y[y + i] += pow(fabs(c->x[x + i * stride]), c->p);
}

bool eval_lp_pool(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    grid g;
    if (!grid_of(n, in[0], &out[0], &g, d)) return false;
    int64_t planes = tensor_size(in[0], 0) * tensor_size(in[0], 1);
    const double *x = load_floats(in[0], a);
    double *y = ARENA_ARRAY(a, double, tensor_count(&out[0]));
    power_planes c = {.p = (double)node_int(n, "p")};
    for (int64_t p = 0; p < planes; p++) {
        c.x = x + p * g.in_count;
        c.y = y + p * g.out_count;
        for_each_row(&g, power_row, &c);
    }
    for (int64_t i = 0; i < tensor_count(&out[0]); i++) y[i] = pow(y[i], 1 / c.p);
    store_floats(&out[0], y);
    return true;
}

/* Indices count in the shape that the attributes give; a larger output_shape leaves zeros behind. */
bool eval_max_unpool(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)a;
    int rank = out[0].type.rank, count;
    int64_t inner[IR_MAX_RANK];
    const int64_t *kernel = node_ints(n, "kernel_shape", &count), *strides = node_ints(n, "strides", &count);
    const int64_t *pads = node_ints(n, "pads", &count);
    for (int k = 0; k < rank; k++) {
        int64_t padding = pads && k > 1 ? pads[k - 2] + pads[rank - 2 + k - 2] : 0;
        inner[k] = tensor_size(in[0], k);
        if (k > 1) inner[k] = (inner[k] - 1) * (strides ? strides[k - 2] : 1) + kernel[k - 2] - padding;
    }
    for (int64_t i = 0; i < tensor_count(in[0]); i++) {
        int64_t rest = dtype_load_int(DT_I64, in[1]->data, i), at = 0, stride = 1;
        for (int k = rank - 1; k >= 0; k--) {
            int64_t index = inner[k] > 0 ? rest % inner[k] : -1, size = tensor_size(&out[0], k);
            if (index < 0 || index >= size) return node_error(d, n, NULL, "an index is outside of its output");
            rest /= inner[k];
            at += index * stride;
            stride *= size;
        }
        if (rest) return node_error(d, n, NULL, "an index is outside of its output");
        dtype_store_float(out[0].type.elem, out[0].data, at, dtype_load_float(in[0]->type.elem, in[0]->data, i));
    }
    return true;
}

/* ---- adaptive pooling ---- */

/* What a bin becomes whose rows are `pitch` elements apart. */
static double pool_bin(const double *x, int64_t rows, int64_t cols, int64_t pitch, bool max) {
    double sum = 0, most = -(double)INFINITY;
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < cols; c++) {
            double e = x[r * pitch + c];
            sum += e;
            most = e > most || isnan(e) ? e : most;
        }
    return max ? most : sum / (double)(rows * cols);
}

static bool adaptive_pool(const tensor *x, tensor *out, bool max, arena *a) {
    const int64_t in[2] = {tensor_size(x, 2), tensor_size(x, 3)}, bins[2] = {tensor_size(out, 2), tensor_size(out, 3)};
    const double *from = load_floats(x, a);
    for (int64_t i = 0; i < tensor_count(out); i++) {
        int64_t at[2] = {i / bins[1] % bins[0], i % bins[1]}, begin[2], size[2];
        for (int k = 0; k < 2; k++) {
            begin[k] = at[k] * in[k] / bins[k];
            size[k] = ((at[k] + 1) * in[k] + bins[k] - 1) / bins[k] - begin[k];
        }
        const double *bin = from + (i / (bins[0] * bins[1]) * in[0] + begin[0]) * in[1] + begin[1];
        dtype_store_float(out->type.elem, out->data, i, pool_bin(bin, size[0], size[1], in[1], max));
    }
    return true;
}

bool eval_adaptive_max_pool(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)n, (void)d;
    return adaptive_pool(in[0], &out[0], true, a);
}

bool eval_adaptive_average_pool(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)n, (void)d;
    return adaptive_pool(in[0], &out[0], false, a);
}

/* ---- global pooling: the planes are the whole input ---- */

static int64_t plane_size(const tensor *x) {
    int64_t size = 1;
    for (int i = 2; i < x->type.rank; i++) size *= tensor_size(x, i);
    return size;
}

bool eval_global_average_pool(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)n, (void)d;
    const double *x = load_floats(in[0], a);
    int64_t plane = plane_size(in[0]);
    for (int64_t p = 0; p < tensor_count(&out[0]); p++) {
        double sum = 0;
        for (int64_t i = 0; i < plane; i++) sum += x[p * plane + i];
        dtype_store_float(out[0].type.elem, out[0].data, p, sum / (double)plane);
    }
    return true;
}

bool eval_global_lp_pool(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)d;
    const double *x = load_floats(in[0], a);
    double power = (double)node_int(n, "p");
    int64_t plane = plane_size(in[0]);
    for (int64_t p = 0; p < tensor_count(&out[0]); p++) {
        double sum = 0;
        for (int64_t i = 0; i < plane; i++) sum += pow(fabs(x[p * plane + i]), power);
        dtype_store_float(out[0].type.elem, out[0].data, p, pow(sum, 1 / power));
    }
    return true;
}

bool eval_global_max_pool(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)n, (void)d;
    const double *x = load_floats(in[0], a);
    int64_t plane = plane_size(in[0]);
    for (int64_t p = 0; p < tensor_count(&out[0]); p++) {
        double max = -(double)INFINITY;
        for (int64_t i = 0; i < plane; i++) max = x[p * plane + i] > max || isnan(x[p * plane + i]) ? x[p * plane + i] : max;
        dtype_store_float(out[0].type.elem, out[0].data, p, max);
    }
    return true;
}
