CNNC_INLINE double thresholded_relu(double x, double alpha) { return x > alpha ? x : 0.0; }
