CNNC_INLINE float exact_atanf(float x) { return (float)exact_atan((double)x); }
