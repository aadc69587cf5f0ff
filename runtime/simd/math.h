/* Functions of v16 made of v16 operations alone, the same on every target. */

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
