CNNC_INLINE float exact_tanhf(float x) { return (float)exact_tanh((double)x); }
