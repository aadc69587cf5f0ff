/* Attention with a state instead of a softmax: for each head a matrix S [dk][dv] that forgets by exp(decay), takes in k x v
 * (or, with beta, what v says beyond what S already knows), and answers q. All of [batch][steps][heads * size]. */
CNNC_INLINE void linear_attention(float *y, float *state, const float *q, const float *k, const float *v, const float *past,
                                  const float *decay, const float *beta, const ptrdiff_t *dims, int decay_by_key, int beta_by_head,
                                  double scale) {
    const ptrdiff_t batch = dims[0], steps = dims[1], q_heads = dims[2], heads = dims[3], dk = dims[4], dv = dims[5];
    for (ptrdiff_t i = 0; i < batch * heads; i++) {
        float *s = state + i * dk * dv;
        const ptrdiff_t b = i / heads, h = i % heads, share = q_heads / heads;
        for (ptrdiff_t j = 0; j < dk * dv; j++) s[j] = past ? past[i * dk * dv + j] : 0.0f;
        for (ptrdiff_t t = 0; t < steps; t++) {
            const ptrdiff_t at = (b * steps + t) * heads + h;
            const float *key = k + at * dk, *value_at = v + at * dv;
            const float rate = beta ? beta[beta_by_head ? at : b * steps + t] : 1.0f;
            for (ptrdiff_t r = 0; r < dk && decay; r++) {
                const float kept = expf(decay[decay_by_key ? at * dk + r : at]);
                for (ptrdiff_t c = 0; c < dv; c++) s[r * dv + c] *= kept;
            }
            for (ptrdiff_t c = 0; c < dv; c++) {
                float known = 0.0f;
                for (ptrdiff_t r = 0; r < dk && beta; r++) known += s[r * dv + c] * key[r];
                for (ptrdiff_t r = 0; r < dk; r++) s[r * dv + c] += key[r] * rate * (value_at[c] - known);
            }
            for (ptrdiff_t g = 0; g < share; g++) {
                const ptrdiff_t head = (b * steps + t) * q_heads + h * share + g;
                for (ptrdiff_t c = 0; c < dv; c++) {
                    float sum = 0.0f;
                    for (ptrdiff_t r = 0; r < dk; r++) sum += q[head * dk + r] * s[r * dv + c];
                    y[head * dv + c] = (float)scale * sum;
                }
            }
        }
    }
}
