CNNC_INLINE float exact_fmaxf(float x, float y) { return (float)exact_fmax((double)x, (double)y); }
