CNNC_INLINE float exact_asinf(float x) { return (float)exact_asin((double)x); }
