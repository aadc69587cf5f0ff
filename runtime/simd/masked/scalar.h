/* The same without choices that a compiler could make branches of: masks of bits take one number or the other. */
CNNC_INLINE float v16_choose(int first, float a, float b) {
    const uint32_t mask = 0u - (uint32_t)(first != 0);
    uint32_t x, y;
    memcpy(&x, &a, sizeof x);
    memcpy(&y, &b, sizeof y);
    x = (x & mask) | (y & ~mask);
    memcpy(&a, &x, sizeof x);
    return a;
}
CNNC_INLINE float v16_with_sign(float a, float b) { /* of b */
    uint32_t x, y;
    memcpy(&x, &a, sizeof x);
    memcpy(&y, &b, sizeof y);
    x = (x & 0x7fffffffu) | (y & 0x80000000u);
    memcpy(&a, &x, sizeof x);
    return a;
}
CNNC_INLINE float v16_power(int n) { /* 2^n for -126 <= n <= 127 */
    const uint32_t x = (uint32_t)(n + 127) << 23;
    float a;
    memcpy(&a, &x, sizeof a);
    return a;
}
CNNC_INLINE v16 v16_max(v16 a, v16 b) { /* b where either is NaN */
    for (int i = 0; i < 16; i++) b.lane[i] = v16_choose(a.lane[i] > b.lane[i], a.lane[i], b.lane[i]);
    return b;
}
CNNC_INLINE v16 v16_min(v16 a, v16 b) {
    for (int i = 0; i < 16; i++) b.lane[i] = v16_choose(a.lane[i] < b.lane[i], a.lane[i], b.lane[i]);
    return b;
}
CNNC_INLINE float v16_round_lane(float x) { /* from 2^23 on floats are whole; below, that many more leave no room for a fraction */
    const float much = v16_with_sign(8388608.0f, x), near = v16_with_sign((x + much) - much, x);
    return v16_choose(fabsf(x) < 8388608.0f, near, x);
}
CNNC_INLINE v16 v16_round(v16 a) {
    for (int i = 0; i < 16; i++) a.lane[i] = v16_round_lane(a.lane[i]);
    return a;
}
CNNC_INLINE v16 v16_floor(v16 a) {
    for (int i = 0; i < 16; i++) {
        const float near = v16_round_lane(a.lane[i]);
        a.lane[i] = near - v16_choose(near > a.lane[i], 1.0f, 0.0f);
    }
    return a;
}
CNNC_INLINE v16 v16_scale(v16 a, v16 b) { /* in two steps, for 2^b itself need not be a float */
    b = v16_max(v16_min(b, v16_set(250.0f)), v16_set(-250.0f));
    for (int i = 0; i < 16; i++) {
        const int n = (int)b.lane[i], half = n / 2;
        a.lane[i] = a.lane[i] * v16_power(half) * v16_power(n - half);
    }
    return a;
}
CNNC_INLINE v16 v16_select(m16 m, v16 yes, v16 no) {
    for (int i = 0; i < 16; i++) no.lane[i] = v16_choose(m.lane[i], yes.lane[i], no.lane[i]);
    return no;
}
CNNC_INLINE float v16_hmax(v16 a) {
    for (int n = 8; n > 0; n /= 2)
        for (int i = 0; i < n; i++) a.lane[i] = v16_choose(a.lane[i] > a.lane[i + n], a.lane[i], a.lane[i + n]);
    return a.lane[0];
}
