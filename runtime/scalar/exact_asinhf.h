CNNC_INLINE float exact_asinhf(float x) { return (float)exact_asinh((double)x); }
