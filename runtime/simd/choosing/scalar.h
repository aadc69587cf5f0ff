CNNC_INLINE v16 v16_max(v16 a, v16 b) { /* b where either is NaN */
    v16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i];
    return r;
}
CNNC_INLINE v16 v16_min(v16 a, v16 b) {
    v16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = a.lane[i] < b.lane[i] ? a.lane[i] : b.lane[i];
    return r;
}
CNNC_INLINE v16 v16_floor(v16 a) {
    v16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = floorf(a.lane[i]);
    return r;
}
CNNC_INLINE v16 v16_round(v16 a) {
    v16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = rintf(a.lane[i]);
    return r;
}
CNNC_INLINE v16 v16_scale(v16 a, v16 b) { /* a * 2^b, b whole */
    v16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = ldexpf(a.lane[i], (int)b.lane[i]);
    return r;
}
CNNC_INLINE v16 v16_select(m16 m, v16 yes, v16 no) {
    for (int i = 0; i < 16; i++) no.lane[i] = m.lane[i] ? yes.lane[i] : no.lane[i];
    return no;
}
CNNC_INLINE float v16_hmax(v16 a) {
    float s = a.lane[0];
    for (int i = 1; i < 16; i++) s = a.lane[i] > s ? a.lane[i] : s;
    return s;
}
