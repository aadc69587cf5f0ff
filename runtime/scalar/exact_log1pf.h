CNNC_INLINE float exact_log1pf(float x) { return (float)exact_log1p((double)x); }
