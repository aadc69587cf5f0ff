CNNC_INLINE double exact_log10(double x) { return 0.43429448190325182 * log(x); }
