/* Columns of blocks summed into an image: x [planes * taps][positions] to y [planes][image...], up to three axes. */
CNNC_INLINE void col2im(float *y, const float *x, ptrdiff_t planes, int axes, const ptrdiff_t *image, const ptrdiff_t *block,
                        const ptrdiff_t *stride, const ptrdiff_t *dilation, const ptrdiff_t *begin, const ptrdiff_t *finish) {
    ptrdiff_t out[3] = {1, 1, 1}, pixels = 1, taps = 1, positions = 1;
    for (int k = 0; k < axes; k++) {
        out[k] = (image[k] + begin[k] + finish[k] - dilation[k] * (block[k] - 1) - 1) / stride[k] + 1;
        pixels *= image[k], taps *= block[k], positions *= out[k];
    }
    for (ptrdiff_t i = 0; i < planes * pixels; i++) y[i] = 0.0f;
    for (ptrdiff_t i = 0; i < planes * taps; i++)
        for (ptrdiff_t p = 0; p < positions; p++) {
            ptrdiff_t at = 0, tap = i % taps, place = p, scale = 1;
            int inside = 1;
            for (int k = axes - 1; k >= 0; k--) {
                const ptrdiff_t here = place % out[k] * stride[k] + tap % block[k] * dilation[k] - begin[k];
                inside = inside && here >= 0 && here < image[k];
                at += here * scale;
                scale *= image[k];
                tap /= block[k];
                place /= out[k];
            }
            if (inside) y[i / taps * pixels + at] += x[i * positions + p];
        }
}
