CNNC_INLINE double sign_of(double x) { return isnan(x) ? x : (double)((x > 0.0) - (x < 0.0)); }
