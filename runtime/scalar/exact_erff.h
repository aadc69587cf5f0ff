CNNC_INLINE float exact_erff(float x) { return (float)exact_erf((double)x); }
