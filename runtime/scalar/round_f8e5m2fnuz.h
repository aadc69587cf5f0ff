CNNC_INLINE float round_f8e5m2fnuz(double x, int saturate) { return small_float_decode(small_float_encode(x, 5, 2, 16, 2, saturate), 5, 2, 16, 2); }
