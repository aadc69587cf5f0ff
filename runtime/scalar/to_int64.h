/* Towards zero, limited to what fits; NaN is 0. */
CNNC_INLINE int64_t to_int64(double x) {
    if (x >= 9223372036854775808.0) return x >= 18446744073709551616.0 ? INT64_MAX : (int64_t)(uint64_t)x;
    return x >= -9223372036854775808.0 ? (int64_t)x : isnan(x) ? 0 : INT64_MIN;
}
