CNNC_INLINE float exact_acoshf(float x) { return (float)exact_acosh((double)x); }
