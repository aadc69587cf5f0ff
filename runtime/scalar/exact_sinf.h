CNNC_INLINE float exact_sinf(float x) { return (float)exact_sin((double)x); }
