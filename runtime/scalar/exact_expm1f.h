CNNC_INLINE float exact_expm1f(float x) { return (float)exact_expm1((double)x); }
