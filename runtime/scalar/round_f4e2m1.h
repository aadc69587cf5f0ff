CNNC_INLINE float round_f4e2m1(double x, int saturate) { return small_float_decode(small_float_encode(x, 2, 1, 1, 3, saturate), 2, 1, 1, 3); }
