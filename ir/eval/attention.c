#include "ir/attention.h"
#include "ir/eval/eval.h"

#include <math.h>

typedef struct matrices {
    const double *q, *k, *v, *mask; /* mask may be NULL */
    int64_t inner, keys, cols, q_inner, k_row, k_inner, v_row, v_col, mask_col;
    double scale;
} matrices;

/* One row of the result. */
static void attend(const matrices *m, double *scores, double *row) {
    double max = -INFINITY, sum = 0;
    for (int64_t j = 0; j < m->keys; j++) {
        scores[j] = 0;
        for (int64_t i = 0; i < m->inner; i++) scores[j] += m->q[i * m->q_inner] * m->k[j * m->k_row + i * m->k_inner];
        scores[j] = scores[j] * m->scale + (m->mask ? m->mask[j * m->mask_col] : 0);
        max = fmax(max, scores[j]);
    }
    for (int64_t j = 0; j < m->keys; j++) sum += scores[j] = exp(scores[j] - max);
    for (int64_t c = 0; c < m->cols; c++) {
        row[c] = 0;
        for (int64_t j = 0; j < m->keys; j++) row[c] += scores[j] / sum * m->v[j * m->v_row + c * m->v_col];
    }
}

bool eval_attention(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)d;
    attention_rows q = attention_rows_of(n, &in[0]->type, 0), k = attention_rows_of(n, &in[1]->type, 1);
    attention_rows v = attention_rows_of(n, &in[2]->type, 2), y = attention_result(n);
    int last = q.rank - 1;
    int64_t mask_strides[IR_MAX_RANK] = {0}, rows = 1;
    if (in[3]) broadcast_strides(&in[3]->type, q.rank, mask_strides);
    for (int i = 0; i < last; i++) rows *= q.size[i];
    const double *qs = load_floats(in[0], a), *ks = load_floats(in[1], a), *vs = load_floats(in[2], a);
    const double *mask = in[3] ? load_floats(in[3], a) : NULL;
    matrices m = {.inner = q.size[last], .keys = k.size[last - 1], .cols = v.size[last], .q_inner = q.stride[last], .k_row = k.stride[last - 1],
                  .k_inner = k.stride[last], .v_row = v.stride[last - 1], .v_col = v.stride[last], .mask_col = mask_strides[last],
                  .scale = node_float(n, "scale")};
    double *scores = ARENA_ARRAY(a, double, m.keys), *row = ARENA_ARRAY(a, double, m.cols);
    for (int64_t r = 0; r < rows; r++) {
        int64_t rest = r, q_at = 0, k_at = 0, v_at = 0, y_at = 0, mask_at = 0;
        for (int i = last - 1; i >= 0; rest /= q.size[i--]) {
            int64_t index = rest % q.size[i];
            q_at += index * q.stride[i], y_at += index * y.stride[i], mask_at += index * mask_strides[i];
            if (i < last - 1) k_at += index * k.stride[i], v_at += index * v.stride[i];
        }
        m.q = qs + q_at, m.k = ks + k_at, m.v = vs + v_at, m.mask = mask ? mask + mask_at : NULL;
        attend(&m, scores, row);
        for (int64_t c = 0; c < m.cols; c++) dtype_store_float(out->type.elem, out->data, y_at + c * y.stride[last], row[c]);
    }
    return true;
}
