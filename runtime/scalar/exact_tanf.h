CNNC_INLINE float exact_tanf(float x) { return (float)exact_tan((double)x); }
