#include "ir/eval/slices.h"
#include "ir/shape/reduce.h"

#include <math.h>
#include <stdlib.h>

#include "ir/eval/scalar.h"

/* ---- reductions: one function an operator on the elements of a slice ---- */

typedef double reduce_floats(const double *x, int64_t n);
typedef int64_t reduce_ints(const int64_t *x, int64_t n);

#define REDUCE(name, first, each, result)                  \
    static double f_##name(const double *x, int64_t n) {   \
        double r = first;                                  \
        for (int64_t i = 0; i < n; i++) r = each;          \
        return result;                                     \
    }
#define REDUCE_INTS(name, first, each)                       \
    static int64_t i_##name(const int64_t *x, int64_t n) {   \
        uint64_t r = first;                                  \
        for (int64_t i = 0; i < n; i++) r = each;            \
        return (int64_t)r;                                   \
    }

REDUCE(sum, 0, r + x[i], r)
REDUCE(mean, 0, r + x[i], r / (double)n)
REDUCE(prod, 1, r *x[i], r)
REDUCE(max, -(double)INFINITY, x[i] > r || isnan(x[i]) ? x[i] : r, r)
REDUCE(min, (double)INFINITY, x[i] < r || isnan(x[i]) ? x[i] : r, r)
REDUCE(l1, 0, r + fabs(x[i]), r)
REDUCE(l2, 0, r + x[i] * x[i], sqrt(r))
REDUCE(sum_square, 0, r + x[i] * x[i], r)
REDUCE(log_sum, 0, r + x[i], log(r))
REDUCE_INTS(sum, 0, r + (uint64_t)x[i])
REDUCE_INTS(prod, 1, r *(uint64_t)x[i])
REDUCE_INTS(l1, 0, r + (x[i] < 0 ? 0 - (uint64_t)x[i] : (uint64_t)x[i]))
REDUCE_INTS(sum_square, 0, r + (uint64_t)x[i] * (uint64_t)x[i])

static double f_log_sum_exp(const double *x, int64_t n) {
    double max = f_max(x, n), sum = 0;
    if (isinf(max)) return max;
    for (int64_t i = 0; i < n; i++) sum += exp(x[i] - max);
    return max + log(sum);
}

/* NULL on_ints: computed as floats. Integers' max and min depend on the sign: see extreme_int. */
static const struct {
    reduce_floats *on_floats;
    reduce_ints *on_ints;
} reducers[OP_COUNT] = {
    [OP_reduce_sum] = {f_sum, i_sum},
    [OP_reduce_mean] = {f_mean, NULL},
    [OP_reduce_prod] = {f_prod, i_prod},
    [OP_reduce_max] = {f_max, NULL},
    [OP_reduce_min] = {f_min, NULL},
    [OP_reduce_l1] = {f_l1, i_l1},
    [OP_reduce_l2] = {f_l2, NULL},
    [OP_reduce_sum_square] = {f_sum_square, i_sum_square},
    [OP_reduce_log_sum] = {f_log_sum, NULL},
    [OP_reduce_log_sum_exp] = {f_log_sum_exp, NULL},
};

/* Orders integers of type t, u64 as unsigned. */
static bool int_less(dtype t, int64_t x, int64_t y) { return t == DT_U64 ? (uint64_t)x < (uint64_t)y : x < y; }

static int64_t extreme_int(dtype t, bool max, const int64_t *x, int64_t n) {
    int64_t r = max ? lowest_int(t) : highest_int(t);
    for (int64_t i = 0; i < n; i++)
        if (max ? int_less(t, r, x[i]) : int_less(t, x[i], r)) r = x[i];
    return r;
}

static void reduce_as_ints(const node *n, const slices *s, const tensor *in, tensor *out, arena *a) {
    const int64_t *x = load_ints(in, a);
    int64_t *slice = ARENA_ARRAY(a, int64_t, s->length);
    bool max = n->op == OP_reduce_max, extreme = max || n->op == OP_reduce_min;
    for (int64_t i = 0; i < s->count; i++) {
        const int64_t *elements = gather_ints(s, i, x, slice);
        int64_t r = extreme ? extreme_int(in->type.elem, max, elements, s->length) : reducers[n->op].on_ints(elements, s->length);
        dtype_store_int(out->type.elem, out->data, i, r);
    }
}

bool eval_reduce(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    bool reduced[IR_MAX_RANK], known;
    if (!reduced_axes(n, in[0]->type.rank, reduced, &known, d)) return false;
    if (!known) return node_error(d, n, NULL, "its axes are not known");
    slices s = slices_of(&in[0]->type, reduced, a);
    bool extreme = n->op == OP_reduce_max || n->op == OP_reduce_min;
    if (!is_float(in[0]) && (extreme || reducers[n->op].on_ints)) {
        reduce_as_ints(n, &s, in[0], out, a);
        return true;
    }
    const double *x = load_floats(in[0], a);
    double *slice = ARENA_ARRAY(a, double, s.length);
    for (int64_t i = 0; i < s.count; i++)
        dtype_store_float(out->type.elem, out->data, i, reducers[n->op].on_floats(gather_floats(&s, i, x, slice), s.length));
    return true;
}

/* ---- softmax and its kin ---- */

static void softmax(double *x, int64_t n) {
    double max = f_max(x, n), sum = 0;
    for (int64_t i = 0; i < n; i++) sum += x[i] = exp(x[i] - max);
    for (int64_t i = 0; i < n; i++) x[i] /= sum;
}

static void log_softmax(double *x, int64_t n) {
    double log_sum = f_log_sum_exp(x, n);
    for (int64_t i = 0; i < n; i++) x[i] -= log_sum;
}

static void hardmax(double *x, int64_t n) {
    int64_t best = 0;
    for (int64_t i = 1; i < n; i++)
        if (x[i] > x[best]) best = i;
    for (int64_t i = 0; i < n; i++) x[i] = i == best;
}

bool eval_softmax(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)d;
    void (*apply)(double *, int64_t) = n->op == OP_softmax ? softmax : n->op == OP_log_softmax ? log_softmax : hardmax;
    slices s = slices_along(&in[0]->type, (int)node_int(n, "axis"), a);
    const double *x = load_floats(in[0], a);
    double *slice = ARENA_ARRAY(a, double, s.length);
    for (int64_t i = 0; i < s.count; i++) {
        gather_floats(&s, i, x, slice);
        apply(slice, s.length);
        for (int64_t e = 0; e < s.length; e++) dtype_store_float(out->type.elem, out->data, slice_at(&s, i, e), slice[e]);
    }
    return true;
}

/* ---- order: arg_max, arg_min, top_k ---- */

/* Sorts by rank: a number that orders all element types' values as unsigned integers. */
typedef struct ranked {
    uint64_t rank;
    int64_t index;
} ranked;

/* Ascending order of values becomes ascending order of ranks. NaN is above all. */
static uint64_t rank_of(const tensor *t, int64_t at) {
    const uint64_t top = (uint64_t)1 << 63;
    if (!is_float(t)) return (uint64_t)dtype_load_int(t->type.elem, t->data, at) ^ (t->type.elem == DT_U64 ? 0 : top);
    union {
        double f;
        uint64_t bits;
    } x = {dtype_load_float(t->type.elem, t->data, at) + 0.0}; /* -0 is 0 */
    if (isnan(x.f)) return UINT64_MAX;
    return x.bits & top ? ~x.bits : x.bits | top;
}

static void rank_slice(const slices *s, int64_t slice, const tensor *t, bool largest_first, ranked *to) {
    for (int64_t e = 0; e < s->length; e++) {
        uint64_t rank = rank_of(t, slice_at(s, slice, e));
        to[e] = (ranked){largest_first ? ~rank : rank, e};
    }
}

bool eval_arg(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)d;
    bool last = node_int(n, "select_last_index");
    slices s = slices_along(&in[0]->type, (int)node_int(n, "axis"), a);
    ranked *slice = ARENA_ARRAY(a, ranked, s.length);
    for (int64_t i = 0; i < s.count; i++) {
        rank_slice(&s, i, in[0], n->op == OP_arg_max, slice);
        int64_t best = 0;
        for (int64_t e = 1; e < s.length; e++)
            if (slice[e].rank < slice[best].rank || (last && slice[e].rank == slice[best].rank)) best = e;
        dtype_store_int(DT_I64, out->data, i, best);
    }
    return true;
}

static int by_rank(const void *p, const void *q) {
    const ranked *x = p, *y = q;
    if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

bool eval_top_k(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)d;
    int axis = (int)node_int(n, "axis");
    slices from = slices_along(&in[0]->type, axis, a), to = slices_along(&out[out[0].data ? 0 : 1].type, axis, a);
    ranked *slice = ARENA_ARRAY(a, ranked, from.length);
    for (int64_t i = 0; i < from.count; i++) {
        rank_slice(&from, i, in[0], node_int(n, "largest"), slice);
        qsort(slice, (size_t)from.length, sizeof *slice, by_rank);
        for (int64_t e = 0; e < to.length; e++) {
            int64_t x = slice_at(&from, i, slice[e].index), y = slice_at(&to, i, e);
            dtype t = in[0]->type.elem;
            if (out[0].data && is_float(in[0])) dtype_store_float(t, out[0].data, y, dtype_load_float(t, in[0]->data, x));
            else if (out[0].data) dtype_store_int(t, out[0].data, y, dtype_load_int(t, in[0]->data, x));
            if (out[1].data) dtype_store_int(DT_I64, out[1].data, y, slice[e].index);
        }
    }
    return true;
}

/* ---- running sums and products ---- */

bool eval_cumulate(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    bool product = n->op == OP_cum_prod, exclusive = node_int(n, "exclusive"), reverse = node_int(n, "reverse");
    int64_t axis = tensor_count(in[1]) == 1 ? dtype_load_int(in[1]->type.elem, in[1]->data, 0) : INT64_MAX;
    int rank = in[0]->type.rank;
    if (axis < -rank || axis >= rank) return node_error(d, n, NULL, "its axis is outside of a tensor of rank %d", rank);
    slices s = slices_along(&in[0]->type, (int)axis, a);
    dtype t = in[0]->type.elem;
    for (int64_t i = 0; i < s.count; i++) {
        double f = product;
        uint64_t u = product;
        for (int64_t k = 0; k < s.length; k++) {
            int64_t at = slice_at(&s, i, reverse ? s.length - 1 - k : k);
            if (is_float(in[0])) {
                double x = dtype_load_float(t, in[0]->data, at), next = product ? f * x : f + x;
                dtype_store_float(t, out->data, at, exclusive ? f : next);
                f = next;
            } else {
                uint64_t x = (uint64_t)dtype_load_int(t, in[0]->data, at), next = product ? u * x : u + x;
                dtype_store_int(t, out->data, at, (int64_t)(exclusive ? u : next));
                u = next;
            }
        }
    }
    return true;
}
