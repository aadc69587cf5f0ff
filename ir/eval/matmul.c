#include "ir/eval/eval.h"
#include "ir/shape/einsum.h"

#include <math.h>

/* Float types multiply as double, integers as int64 modulo 2^64: the same loops for both.
 * y[rows][cols] += x[rows][inner] times w[inner][cols], by strides. */
typedef struct product {
    int64_t rows, inner, cols;
    int64_t x_row, x_inner, w_inner, w_col;
} product;

static void multiply_floats(const product *p, const double *x, const double *w, double *y) {
    for (int64_t i = 0; i < p->rows; i++)
        for (int64_t k = 0; k < p->inner; k++) {
            double scale = x[i * p->x_row + k * p->x_inner];
            const double *row = w + k * p->w_inner;
            double *to = y + i * p->cols;
            if (p->w_col == 1)
                for (int64_t j = 0; j < p->cols; j++) to[j] += scale * row[j];
            else
                for (int64_t j = 0; j < p->cols; j++) to[j] += scale * row[j * p->w_col];
        }
}

static void multiply_ints(const product *p, const int64_t *x, const int64_t *w, int64_t *y) {
    for (int64_t i = 0; i < p->rows; i++)
        for (int64_t k = 0; k < p->inner; k++)
            for (int64_t j = 0; j < p->cols; j++) {
                uint64_t xw = (uint64_t)x[i * p->x_row + k * p->x_inner] * (uint64_t)w[k * p->w_inner + j * p->w_col];
                y[i * p->cols + j] = (int64_t)((uint64_t)y[i * p->cols + j] + xw);
            }
}

/* y = alpha * x w + beta * c, c broadcast. Integer alpha and beta act on the integers. */
bool eval_gemm(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)d;
    bool trans_a = node_int(n, "transA"), trans_b = node_int(n, "transB");
    double alpha = node_float(n, "alpha"), beta = node_float(n, "beta");
    product p = {.rows = tensor_size(in[0], trans_a), .inner = tensor_size(in[0], !trans_a), .cols = tensor_size(in[1], !trans_b)};
    p.x_row = trans_a ? 1 : p.inner;
    p.x_inner = trans_a ? p.rows : 1;
    p.w_inner = trans_b ? 1 : p.cols;
    p.w_col = trans_b ? p.inner : 1;
    int64_t count = tensor_count(&out[0]), strides[2] = {0};
    if (in[2]) broadcast_strides(&in[2]->type, 2, strides);
    if (is_float(in[0])) {
        double *y = ARENA_ARRAY(a, double, count), *c = in[2] ? load_floats(in[2], a) : NULL;
        multiply_floats(&p, load_floats(in[0], a), load_floats(in[1], a), y);
        for (int64_t i = 0; i < count; i++)
            y[i] = alpha * y[i] + (c ? beta * c[i / p.cols * strides[0] + i % p.cols * strides[1]] : 0);
        store_floats(&out[0], y);
        return true;
    }
    int64_t *y = ARENA_ARRAY(a, int64_t, count), *c = in[2] ? load_ints(in[2], a) : NULL;
    multiply_ints(&p, load_ints(in[0], a), load_ints(in[1], a), y);
    for (int64_t i = 0; i < count; i++) {
        uint64_t term = c ? (uint64_t)c[i / p.cols * strides[0] + i % p.cols * strides[1]] : 0;
        y[i] = (int64_t)((uint64_t)(int64_t)alpha * (uint64_t)y[i] + (uint64_t)(int64_t)beta * term);
    }
    store_ints(&out[0], y);
    return true;
}

/* The type of the leading axes, which broadcast. */
static value_type batch_type(const tensor *t) {
    value_type b = t->type;
    b.rank = b.rank > 2 ? b.rank - 2 : 0;
    return b;
}

bool eval_matmul(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)n, (void)d;
    int x_rank = in[0]->type.rank, w_rank = in[1]->type.rank;
    product p = {.rows = x_rank > 1 ? tensor_size(in[0], -2) : 1, .inner = tensor_size(in[0], -1),
                 .cols = w_rank > 1 ? tensor_size(in[1], -1) : 1, .x_inner = 1, .w_col = 1};
    p.x_row = p.inner;
    p.w_inner = p.cols;
    value_type x_batch = batch_type(in[0]), w_batch = batch_type(in[1]);
    int rank = x_batch.rank > w_batch.rank ? x_batch.rank : w_batch.rank;
    int64_t x_strides[IR_MAX_RANK], w_strides[IR_MAX_RANK], batches = 1;
    broadcast_strides(&x_batch, rank, x_strides);
    broadcast_strides(&w_batch, rank, w_strides);
    for (int k = 0; k < rank; k++) batches *= tensor_size(&out[0], k);

    bool floats = is_float(in[0]);
    double *xf = floats ? load_floats(in[0], a) : NULL, *wf = floats ? load_floats(in[1], a) : NULL;
    int64_t *xi = floats ? NULL : load_ints(in[0], a), *wi = floats ? NULL : load_ints(in[1], a);
    double *yf = floats ? ARENA_ARRAY(a, double, tensor_count(&out[0])) : NULL;
    int64_t *yi = floats ? NULL : ARENA_ARRAY(a, int64_t, tensor_count(&out[0]));
    for (int64_t b = 0; b < batches; b++) {
        int64_t rest = b, x_at = 0, w_at = 0, y_at = b * p.rows * p.cols;
        for (int k = rank - 1; k >= 0; k--) {
            int64_t i = rest % tensor_size(&out[0], k);
            rest /= tensor_size(&out[0], k);
            x_at += i * x_strides[k] * p.rows * p.inner;
            w_at += i * w_strides[k] * p.inner * p.cols;
        }
        if (floats) multiply_floats(&p, xf + x_at, wf + w_at, yf + y_at);
        else multiply_ints(&p, xi + x_at, wi + w_at, yi + y_at);
    }
    if (floats) store_floats(&out[0], yf);
    else store_ints(&out[0], yi);
    return true;
}

/* ---- einsum: one loop over all labels, those of the result outermost ---- */

typedef struct einsum_loop {
    int terms, labels;
    int64_t size[EINSUM_MAX_LABELS], index[EINSUM_MAX_LABELS];
    int64_t *at;                            /* where each operand is */
    int64_t (*strides)[EINSUM_MAX_LABELS]; /* how far it moves when a label's index grows by one */
} einsum_loop;

static void einsum_start(einsum_loop *l, const einsum *e, const tensor *const *in, int terms, arena *a) {
    *l = (einsum_loop){.terms = terms, .labels = e->n_labels, .at = ARENA_ARRAY(a, int64_t, terms)};
    l->strides = arena_alloc(a, sizeof *l->strides * (size_t)terms);
    for (int k = 0; k < e->n_labels; k++) l->size[k] = e->size[k].size;
    for (int i = 0; i < terms; i++) {
        int64_t axis_strides[IR_MAX_RANK];
        const einsum_term *t = &e->inputs[i];
        broadcast_strides(&in[i]->type, t->rank, axis_strides);
        for (int k = 0; k < t->rank; k++) l->strides[i][t->labels[k]] += axis_strides[k]; /* labels may repeat */
    }
}

static void einsum_advance(einsum_loop *l) {
    for (int k = l->labels - 1; k >= 0; k--) {
        bool wraps = ++l->index[k] == l->size[k];
        for (int i = 0; i < l->terms; i++) l->at[i] += (wraps ? 1 - l->index[k] : 1) * l->strides[i][k];
        if (!wraps) return;
        l->index[k] = 0;
    }
}

bool eval_einsum(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    einsum e;
    einsum_loop l;
    if (!einsum_parse(n, &e, d)) return false;
    einsum_start(&l, &e, in, n->n_core_inputs, a);
    bool floats = is_float(in[0]);
    const double **x = ARENA_ARRAY(a, const double *, l.terms);
    const int64_t **x_ints = ARENA_ARRAY(a, const int64_t *, l.terms);
    for (int i = 0; i < l.terms; i++) {
        if (floats) x[i] = load_floats(in[i], a);
        else x_ints[i] = load_ints(in[i], a);
    }
    int64_t steps = 1;
    for (int k = e.output.rank; k < e.n_labels; k++) steps *= l.size[k];
    for (int64_t o = 0; o < tensor_count(&out[0]); o++) {
        double sum = 0;
        uint64_t sum_ints = 0;
        for (int64_t s = 0; s < steps; s++, einsum_advance(&l)) {
            double term = 1;
            uint64_t term_ints = 1;
            for (int i = 0; i < l.terms; i++) {
                if (floats) term *= x[i][l.at[i]];
                else term_ints *= (uint64_t)x_ints[i][l.at[i]];
            }
            sum += term;
            sum_ints += term_ints;
        }
        if (floats) dtype_store_float(out->type.elem, out->data, o, sum);
        else dtype_store_int(out->type.elem, out->data, o, (int64_t)sum_ints);
    }
    return true;
}

/* ---- determinants: elimination with pivots ---- */

static double determinant(double *m, int64_t size) {
    double det = 1;
    for (int64_t k = 0; k < size; k++) {
        int64_t pivot = k;
        for (int64_t i = k + 1; i < size; i++)
            if (fabs(m[i * size + k]) > fabs(m[pivot * size + k])) pivot = i;
        if (m[pivot * size + k] == 0) return 0;
        for (int64_t j = 0; pivot != k && j < size; j++) {
            double swap = m[k * size + j];
            m[k * size + j] = m[pivot * size + j];
            m[pivot * size + j] = swap;
        }
        det *= pivot == k ? m[k * size + k] : -m[k * size + k];
        for (int64_t i = k + 1; i < size; i++) {
            double factor = m[i * size + k] / m[k * size + k];
            for (int64_t j = k; j < size; j++) m[i * size + j] -= factor * m[k * size + j];
        }
    }
    return det;
}

bool eval_det(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)n, (void)d;
    int64_t size = tensor_size(in[0], -1);
    double *x = load_floats(in[0], a);
    for (int64_t i = 0; i < tensor_count(&out[0]); i++)
        dtype_store_float(out->type.elem, out->data, i, determinant(x + i * size * size, size));
    return true;
}
