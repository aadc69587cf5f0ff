CNNC_INLINE float round_f8e5m2(double x, int saturate) { return small_float_decode(small_float_encode(x, 5, 2, 15, 0, saturate), 5, 2, 15, 0); }
