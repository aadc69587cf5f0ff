CNNC_INLINE double gelu_none(double x) { return 0.5 * x * (1.0 + erf(x * 0.70710678118654752440)); }
