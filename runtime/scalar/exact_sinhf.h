CNNC_INLINE float exact_sinhf(float x) { return (float)exact_sinh((double)x); }
