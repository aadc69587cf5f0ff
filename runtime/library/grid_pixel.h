/* Index i of an axis of size n, or -1 for nothing. padding: 'z'eros, 'b'order, 'r'eflection. */
CNNC_INLINE double grid_reflect(double x, double low, double high) {
    const double range = high - low, off = x < low ? low - x : x > high ? x - high : 0.0;
    if (off == 0.0 || range <= 0.0) return off == 0.0 ? x : low;
    const double turns = floor(off / range), rest = off - turns * range;
    const int even = fmod(turns, 2.0) == 0.0;
    if (x < low) return even ? low + rest : high - rest;
    return even ? high - rest : low + rest;
}

CNNC_INLINE ptrdiff_t grid_pixel(double i, ptrdiff_t n, int padding, int corners) {
    const double last = (double)(n - 1);
    if (padding == 'r') i = trunc(grid_reflect(i, corners ? 0.0 : -0.5, corners ? last : last + 0.5));
    if (padding == 'b') i = fmax(0.0, fmin(last, i));
    return i >= 0.0 && i <= last ? (ptrdiff_t)i : -1;
}
