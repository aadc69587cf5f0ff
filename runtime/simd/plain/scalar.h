CNNC_INLINE v16 v16_fma(v16 a, v16 b, v16 c) { /* a * b + c */
    for (int i = 0; i < 16; i++) c.lane[i] += a.lane[i] * b.lane[i];
    return c;
}
