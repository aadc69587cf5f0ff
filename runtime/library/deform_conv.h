/* Convolution whose taps are moved by `offset` [batch][groups][taps][2][out] and scaled by `mask` (or NULL). */
CNNC_INLINE double deform_pixel(const float *x, ptrdiff_t h, ptrdiff_t w, double at_y, double at_x) {
    if (at_y <= -1.0 || at_y >= (double)h || at_x <= -1.0 || at_x >= (double)w) return 0.0;
    const double y0 = floor(at_y), x0 = floor(at_x);
    double sum = 0.0;
    for (int k = 0; k < 4; k++) {
        const double py = y0 + k / 2, px = x0 + k % 2;
        if (py < 0.0 || py > (double)(h - 1) || px < 0.0 || px > (double)(w - 1)) continue;
        sum += (1.0 - fabs(at_y - py)) * (1.0 - fabs(at_x - px)) * (double)x[(ptrdiff_t)py * w + (ptrdiff_t)px];
    }
    return sum;
}

CNNC_INLINE void deform_conv(float *y, const float *x, const float *weight, const float *offset, const float *bias, const float *mask,
                             const ptrdiff_t *dims, const ptrdiff_t *geometry) {
    const ptrdiff_t batch = dims[0], channels = dims[1], h = dims[2], w = dims[3], filters = dims[4], oh = dims[5], ow = dims[6];
    const ptrdiff_t kh = geometry[0], kw = geometry[1], groups = geometry[8], offset_groups = geometry[9], taps = kh * kw;
    const ptrdiff_t each = channels / groups, plane = oh * ow;
    for (ptrdiff_t i = 0; i < batch * filters * plane; i++) {
        const ptrdiff_t n = i / (filters * plane), f = i / plane % filters, p = i % plane, g = f / (filters / groups);
        double sum = bias ? (double)bias[f] : 0.0;
        for (ptrdiff_t c = 0; c < each; c++)
            for (ptrdiff_t t = 0; t < taps; t++) {
                const ptrdiff_t channel = g * each + c, og = channel / (channels / offset_groups);
                const ptrdiff_t at = (n * offset_groups + og) * taps + t;
                const double dy = (double)offset[(at * 2) * plane + p], dx = (double)offset[(at * 2 + 1) * plane + p];
                const double py = (double)(p / ow * geometry[2] - geometry[4] + t / kw * geometry[6]) + dy;
                const double px = (double)(p % ow * geometry[3] - geometry[5] + t % kw * geometry[7]) + dx;
                const double scale = mask ? (double)mask[at * plane + p] : 1.0;
                sum += scale * (double)weight[(f * each + c) * taps + t] * deform_pixel(x + (n * channels + channel) * h * w, h, w, py, px);
            }
        y[i] = (float)sum;
    }
}
