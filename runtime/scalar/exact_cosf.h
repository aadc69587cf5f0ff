CNNC_INLINE float exact_cosf(float x) { return (float)exact_cos((double)x); }
