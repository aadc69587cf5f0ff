CNNC_INLINE float exact_atanhf(float x) { return (float)exact_atanh((double)x); }
