/* log(1 + e^x) */
CNNC_INLINE double softplus(double x) { return log1p(exp(-fabs(x))) + (x > 0.0 ? x : 0.0); }
