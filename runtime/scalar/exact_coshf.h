CNNC_INLINE float exact_coshf(float x) { return (float)exact_cosh((double)x); }
