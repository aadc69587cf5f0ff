/* One direction of an RNN (1 gate), GRU (3) or LSTM (4) over [steps][batch][input]. */
typedef struct recurrent_cell {
    ptrdiff_t steps, batch, input, hidden, y_step; /* y_step: floats from one step of y to the next */
    int gates, reverse, linear_before_reset, couple, has_clip;
    float clip;
    int code[3];
    float alpha[3], beta[3];
} recurrent_cell;

CNNC_INLINE float recurrent_dot(const float *a, const float *b, ptrdiff_t n) {
    float sum = 0.0f;
    for (ptrdiff_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

CNNC_INLINE float recurrent_act(const recurrent_cell *g, int which, float x) {
    if (g->has_clip) x = fmaxf(-g->clip, fminf(g->clip, x));
    return activation(g->code[which], x, g->alpha[which], g->beta[which]);
}

/* What gate k of unit j gets from the input and, with h, from the state. */
CNNC_INLINE float recurrent_gate(const recurrent_cell *g, const float *x, const float *w, const float *r, const float *bias, const float *h,
                                 ptrdiff_t row) {
    float sum = recurrent_dot(w + row * g->input, x, g->input);
    if (bias) sum += bias[row] + bias[g->gates * g->hidden + row];
    return h ? sum + recurrent_dot(r + row * g->hidden, h, g->hidden) : sum;
}

/* next is computed from h and c, which it replaces; scratch: 3 * hidden. */
CNNC_INLINE void recurrent_step(const recurrent_cell *g, const float *x, const float *w, const float *r, const float *bias, const float *peep,
                                float *h, float *c, float *scratch) {
    const ptrdiff_t n = g->hidden;
    for (ptrdiff_t j = 0; j < n && g->gates == 1; j++) scratch[j] = recurrent_act(g, 0, recurrent_gate(g, x, w, r, bias, h, j));
    for (ptrdiff_t j = 0; j < n && g->gates == 4; j++) { /* input, output, forget, cell */
        const float i = recurrent_gate(g, x, w, r, bias, h, j), o = recurrent_gate(g, x, w, r, bias, h, n + j);
        const float f = recurrent_gate(g, x, w, r, bias, h, 2 * n + j), cell = recurrent_gate(g, x, w, r, bias, h, 3 * n + j);
        const float input = recurrent_act(g, 0, peep ? i + peep[j] * c[j] : i);
        const float forget = g->couple ? 1.0f - input : recurrent_act(g, 0, peep ? f + peep[2 * n + j] * c[j] : f);
        const float next = forget * c[j] + input * recurrent_act(g, 1, cell);
        scratch[j] = recurrent_act(g, 0, peep ? o + peep[n + j] * next : o) * activation(g->code[2], next, g->alpha[2], g->beta[2]);
        scratch[n + j] = next;
    }
    if (g->gates == 3) { /* update, reset, hidden */
        float *reset = scratch + n, *scaled = scratch + 2 * n;
        for (ptrdiff_t j = 0; j < n; j++) {
            reset[j] = recurrent_act(g, 0, recurrent_gate(g, x, w, r, bias, h, n + j));
            scaled[j] = reset[j] * h[j];
        }
        for (ptrdiff_t j = 0; j < n; j++) {
            const ptrdiff_t row = 2 * n + j;
            const float update = recurrent_act(g, 0, recurrent_gate(g, x, w, r, bias, h, j));
            float sum = recurrent_dot(w + row * g->input, x, g->input) + (bias ? bias[row] : 0.0f);
            const float from_bias = bias ? bias[3 * n + row] : 0.0f;
            if (g->linear_before_reset) sum += reset[j] * (recurrent_dot(r + row * n, h, n) + from_bias);
            else sum += recurrent_dot(r + row * n, scaled, n) + from_bias;
            scratch[j] = (1.0f - update) * recurrent_act(g, 1, sum) + update * h[j];
        }
    }
    for (ptrdiff_t j = 0; j < n; j++) h[j] = scratch[j];
    for (ptrdiff_t j = 0; j < n && g->gates == 4; j++) c[j] = scratch[n + j];
}

/* y and peep may be NULL, h0 and c0 too (zeros), lengths (all steps); last_h and last_c are the state. scratch: 3 * hidden. */
CNNC_INLINE void recurrent(const recurrent_cell *g, float *y, float *last_h, float *last_c, const float *x, const float *w, const float *r,
                           const float *bias, const int32_t *lengths, const float *h0, const float *c0, const float *peep, float *scratch) {
    const ptrdiff_t n = g->hidden;
    for (ptrdiff_t b = 0; b < g->batch; b++) {
        float *h = last_h + b * n, *c = last_c + b * n;
        const ptrdiff_t length = lengths && lengths[b] < g->steps ? (lengths[b] > 0 ? lengths[b] : 0) : g->steps;
        for (ptrdiff_t j = 0; j < n; j++) {
            h[j] = h0 ? h0[b * n + j] : 0.0f;
            if (g->gates == 4) c[j] = c0 ? c0[b * n + j] : 0.0f;
        }
        for (ptrdiff_t t = 0; t < g->steps; t++) {
            const ptrdiff_t at = g->reverse && t < length ? length - 1 - t : t;
            if (t < length) recurrent_step(g, x + (at * g->batch + b) * g->input, w, r, bias, peep, h, c, scratch);
            for (ptrdiff_t j = 0; y && j < n; j++) y[at * g->y_step + b * n + j] = t < length ? h[j] : 0.0f;
        }
    }
}
