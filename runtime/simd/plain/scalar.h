CNNC_INLINE v16 v16_fma(v16 a, v16 b, v16 c) { /* a * b + c, rounded once where one instruction does that */
#if defined(__clang__)
#pragma STDC FP_CONTRACT ON
#endif
#if defined(__FP_FAST_FMAF) && !defined(__clang__)
    for (int i = 0; i < 16; i++) c.lane[i] = fmaf(a.lane[i], b.lane[i], c.lane[i]);
#else
    for (int i = 0; i < 16; i++) c.lane[i] += a.lane[i] * b.lane[i];
#endif
    return c;
}
