CNNC_INLINE float exact_fminf(float x, float y) { return (float)exact_fmin((double)x, (double)y); }
