CNNC_INLINE float exact_acosf(float x) { return (float)exact_acos((double)x); }
