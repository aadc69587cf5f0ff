CNNC_INLINE float exact_logf(float x) { return (float)exact_log((double)x); }
