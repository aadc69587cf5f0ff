CNNC_INLINE v16 v16_fma(v16 a, v16 b, v16 c) { /* a * b + c, rounded once, as other machines do it */
    for (int i = 0; i < 16; i++) c.lane[i] = fmaf(a.lane[i], b.lane[i], c.lane[i]);
    return c;
}
