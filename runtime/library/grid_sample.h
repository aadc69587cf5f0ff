/* Values of x [batch][channels][size...] at the places that grid [batch][points][axes] names, in [-1, 1], the last axis
 * first. mode: 'n'earest, 'l'inear, 'c'ubic. */
CNNC_INLINE void grid_sample(float *y, const float *x, const float *grid, ptrdiff_t batch, ptrdiff_t channels, ptrdiff_t points,
                             int axes, const ptrdiff_t *size, int mode, int padding, int corners) {
    const int taps = mode == 'n' ? 1 : mode == 'l' ? 2 : 4;
    ptrdiff_t plane = 1;
    int combinations = 1;
    for (int k = 0; k < axes; k++) plane *= size[k], combinations *= taps;
    for (ptrdiff_t n = 0; n < batch; n++)
        for (ptrdiff_t p = 0; p < points; p++) {
            double weight[3][4];
            ptrdiff_t index[3][4];
            for (int k = 0; k < axes; k++) {
                const double g = (double)grid[(n * points + p) * axes + axes - 1 - k], length = (double)size[k];
                double at = corners ? (g + 1.0) / 2.0 * (length - 1.0) : ((g + 1.0) * length - 1.0) / 2.0;
                const double low = corners ? 0.0 : -0.5, high = corners ? length - 1.0 : length - 0.5;
                at = (double)(float)at;
                if (mode == 'n') at = nearbyint(at);
                if ((at < low || at > high) && padding == 'b') at = fmax(0.0, fmin(length - 1.0, at));
                if ((at < low || at > high) && padding == 'r') at = grid_reflect(at, low, high);
                if (!(at > -1e9 && at < 1e9)) at = -1e9;
                const double base = mode == 'n' ? trunc(at) : floor(at) - (mode == 'c');
                for (int t = 0; t < taps; t++) {
                    const double distance = base + t - at;
                    index[k][t] = grid_pixel(base + t, size[k], padding, corners);
                    weight[k][t] = mode == 'n' ? 1.0 : mode == 'l' ? 1.0 - fabs(distance) : cubic_weight(distance, -0.75);
                }
            }
            for (ptrdiff_t c = 0; c < channels; c++) {
                double sum = 0.0;
                for (int q = 0; q < combinations; q++) {
                    double w = 1.0;
                    ptrdiff_t from = 0;
                    for (int k = 0, rest = q; k < axes && from >= 0; k++, rest /= taps) {
                        const ptrdiff_t i = index[k][rest % taps];
                        w *= weight[k][rest % taps];
                        from = i < 0 ? -1 : from * size[k] + i;
                    }
                    if (from >= 0) sum += w * (double)x[(n * channels + c) * plane + from];
                }
                y[(n * channels + c) * points + p] = (float)sum;
            }
        }
}
