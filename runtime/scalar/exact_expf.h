CNNC_INLINE float exact_expf(float x) { return (float)exact_exp((double)x); }
