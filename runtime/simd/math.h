/* Functions of v16 made of v16 operations alone, the same on every target. */

/* x to the nearest integer, halves to the even one, plus zero, within low and high; NaN is low. */
CNNC_INLINE v16 v16_saturate(v16 x, int low, int high, int zero) {
    const v16 rounded = v16_round(v16_min(v16_max(x, v16_set((float)(low - zero))), v16_set((float)(high - zero))));
    return zero ? v16_add(rounded, v16_set((float)zero)) : rounded;
}

/* e^x within 2 ulp: x = n ln 2 + r with |r| <= ln 2 / 2, e^r by its Taylor polynomial of degree 7. */
CNNC_INLINE v16 v16_exp(v16 x) {
    x = v16_min(v16_set(89.0f), v16_max(v16_set(-104.0f), x));
    const v16 n = v16_round(v16_mul(x, v16_set(1.44269504f)));
    v16 r = v16_fma(n, v16_set(-0.693359375f), x);
    r = v16_fma(n, v16_set(2.12194440e-4f), r);
    v16 p = v16_set(1.0f / 5040.0f);
    p = v16_fma(p, r, v16_set(1.0f / 720.0f));
    p = v16_fma(p, r, v16_set(1.0f / 120.0f));
    p = v16_fma(p, r, v16_set(1.0f / 24.0f));
    p = v16_fma(p, r, v16_set(1.0f / 6.0f));
    p = v16_fma(p, r, v16_set(0.5f));
    p = v16_fma(p, r, v16_set(1.0f));
    p = v16_fma(p, r, v16_set(1.0f));
    return v16_scale(p, n);
}

/* 1 / (1 + e^-x) */
CNNC_INLINE v16 v16_sigmoid(v16 x) {
    const v16 one = v16_set(1.0f);
    return v16_div(one, v16_add(one, v16_exp(v16_sub(v16_zero(), x))));
}

/* tanh x by e^2x; near zero, where that quotient cancels, by the series. */
CNNC_INLINE v16 v16_tanh(v16 x) {
    const v16 one = v16_set(1.0f), square = v16_mul(x, x);
    const v16 far = v16_sub(one, v16_div(v16_set(2.0f), v16_add(v16_exp(v16_add(x, x)), one)));
    v16 p = v16_set(62.0f / 2835.0f);
    p = v16_fma(p, square, v16_set(-17.0f / 315.0f));
    p = v16_fma(p, square, v16_set(2.0f / 15.0f));
    p = v16_fma(p, square, v16_set(-1.0f / 3.0f));
    p = v16_fma(v16_mul(p, square), x, x);
    return v16_select(v16_lt(v16_abs(x), v16_set(0.25f)), p, far);
}

CNNC_INLINE v16 v16_ceil(v16 x) { return v16_sub(v16_zero(), v16_floor(v16_sub(v16_zero(), x))); }

/* x cut to [0, 1] */
CNNC_INLINE v16 v16_unit(v16 x) { return v16_min(v16_set(1.0f), v16_max(v16_zero(), x)); }

/* e^x - 1; near zero by the series, where the difference cancels. */
CNNC_INLINE v16 v16_expm1(v16 x) {
    v16 p = v16_set(1.0f / 5040.0f);
    p = v16_fma(p, x, v16_set(1.0f / 720.0f));
    p = v16_fma(p, x, v16_set(1.0f / 120.0f));
    p = v16_fma(p, x, v16_set(1.0f / 24.0f));
    p = v16_fma(p, x, v16_set(1.0f / 6.0f));
    p = v16_fma(p, x, v16_set(0.5f));
    p = v16_fma(v16_mul(p, x), x, x);
    return v16_select(v16_lt(v16_abs(x), v16_set(0.5f)), p, v16_sub(v16_exp(x), v16_set(1.0f)));
}

/* x P(x^2) / Q(x^2), of degrees 5 and 5 fitted to erf on [-3.8, 3.8], where it becomes 1: relative error below 3e-7. */
CNNC_INLINE v16 v16_erf(v16 x) {
    x = v16_min(v16_set(3.8f), v16_max(v16_set(-3.8f), x));
    const v16 square = v16_mul(x, x);
    v16 p = v16_set(2.15107498e-6f), q = v16_set(3.92136962e-5f);
    p = v16_fma(p, square, v16_set(2.86504655e-4f));
    q = v16_fma(q, square, v16_set(1.13505091e-3f));
    p = v16_fma(p, square, v16_set(3.61486552e-3f));
    q = v16_fma(q, square, v16_set(1.46668455e-2f));
    p = v16_fma(p, square, v16_set(5.2310074e-2f));
    q = v16_fma(q, square, v16_set(0.112489916f));
    p = v16_fma(p, square, v16_set(0.186244652f));
    q = v16_fma(q, square, v16_set(0.498387981f));
    p = v16_fma(p, square, v16_set(1.12837915f));
    q = v16_fma(q, square, v16_set(1.0f));
    return v16_div(v16_mul(x, p), q);
}

/* ---- activations ---- */

CNNC_INLINE v16 v16_prelu(v16 x, v16 slope) { return v16_select(v16_lt(x, v16_zero()), v16_mul(x, slope), x); }
CNNC_INLINE v16 v16_elu(v16 x, v16 alpha) { return v16_select(v16_lt(x, v16_zero()), v16_mul(alpha, v16_expm1(x)), x); }
CNNC_INLINE v16 v16_celu(v16 x, v16 alpha) {
    return v16_select(v16_lt(x, v16_zero()), v16_mul(alpha, v16_expm1(v16_div(x, alpha))), x);
}
CNNC_INLINE v16 v16_hard_swish(v16 x) { return v16_mul(x, v16_unit(v16_fma(x, v16_set(1.0f / 6.0f), v16_set(0.5f)))); }
CNNC_INLINE v16 v16_swish(v16 x, v16 alpha) { return v16_mul(x, v16_sigmoid(v16_mul(alpha, x))); }
/* x tanh(log(1 + e^x)) = x (e^2 + 2e) / (e^2 + 2e + 2) with e = e^x */
CNNC_INLINE v16 v16_mish(v16 x) {
    const v16 e = v16_exp(v16_min(x, v16_set(20.0f))), two = v16_set(2.0f), n = v16_mul(e, v16_add(e, two));
    return v16_mul(x, v16_div(n, v16_add(n, two)));
}

CNNC_INLINE v16 v16_gelu_none(v16 x) {
    const v16 half = v16_mul(v16_set(0.5f), x);
    return v16_fma(half, v16_erf(v16_mul(x, v16_set(0.70710678f))), half);
}
CNNC_INLINE v16 v16_gelu_tanh(v16 x) {
    const v16 half = v16_mul(v16_set(0.5f), x), cube = v16_mul(v16_mul(x, x), x);
    return v16_fma(half, v16_tanh(v16_mul(v16_set(0.79788456f), v16_fma(v16_set(0.044715f), cube, x))), half);
}
CNNC_INLINE v16 v16_softsign(v16 x) { return v16_div(x, v16_add(v16_set(1.0f), v16_abs(x))); }
CNNC_INLINE v16 v16_thresholded_relu(v16 x, v16 alpha) { return v16_select(v16_lt(alpha, x), x, v16_zero()); }
