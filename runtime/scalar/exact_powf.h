CNNC_INLINE float exact_powf(float x, float y) { return (float)exact_pow((double)x, (double)y); }
