/* The activations of recurrent cells, by code: see ir/shape/recurrent.c. */
CNNC_INLINE float activation(int code, float x, float alpha, float beta) {
    switch (code) {
    case 0: return 1.0f / (1.0f + expf(-x));
    case 1: return tanhf(x);
    case 2: return fmaxf(x, 0.0f);
    case 3: return alpha * x + beta;
    case 4: return x < 0.0f ? alpha * x : x;
    case 5: return x > alpha ? x : 0.0f;
    case 6: return alpha * tanhf(beta * x);
    case 7: return fmaxf(0.0f, fminf(1.0f, alpha * x + beta));
    case 8: return x < 0.0f ? alpha * expm1f(x) : x;
    case 9: return x / (1.0f + fabsf(x));
    default: return log1pf(expf(-fabsf(x))) + fmaxf(x, 0.0f);
    }
}
