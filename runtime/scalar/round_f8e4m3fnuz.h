CNNC_INLINE float round_f8e4m3fnuz(double x, int saturate) { return small_float_decode(small_float_encode(x, 4, 3, 8, 2, saturate), 4, 3, 8, 2); }
