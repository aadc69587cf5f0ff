/* Each region of interest pooled to [height][width], from samples between pixels. */
CNNC_INLINE float roi_sample(const float *x, ptrdiff_t h, ptrdiff_t w, double at_y, double at_x, int max, float best, int first) {
    if (at_y < -1.0 || at_y > (double)h || at_x < -1.0 || at_x > (double)w) return max ? (first ? 0.0f : fmaxf(best, 0.0f)) : best;
    at_y = fmax(at_y, 0.0), at_x = fmax(at_x, 0.0);
    ptrdiff_t y0 = (ptrdiff_t)at_y, x0 = (ptrdiff_t)at_x, y1 = y0 + 1, x1 = x0 + 1;
    if (y0 >= h - 1) y0 = y1 = h - 1, at_y = (double)y0;
    if (x0 >= w - 1) x0 = x1 = w - 1, at_x = (double)x0;
    const float ly = (float)(at_y - (double)y0), lx = (float)(at_x - (double)x0), hy = 1.0f - ly, hx = 1.0f - lx;
    const float a = hy * hx * x[y0 * w + x0], b = hy * lx * x[y0 * w + x1], c = ly * hx * x[y1 * w + x0], d = ly * lx * x[y1 * w + x1];
    if (!max) return best + a + b + c + d;
    const float most = fmaxf(fmaxf(a, b), fmaxf(c, d));
    return first ? most : fmaxf(best, most);
}

CNNC_INLINE void roi_align(float *y, const float *x, const float *rois, const int64_t *images, ptrdiff_t n_rois, ptrdiff_t n_images,
                           ptrdiff_t channels, ptrdiff_t h, ptrdiff_t w, ptrdiff_t height, ptrdiff_t width, int half_pixel, int max,
                           int ratio, double scale) {
    const double offset = half_pixel ? 0.5 : 0.0;
    for (ptrdiff_t r = 0; r < n_rois; r++) {
        const float *roi = rois + 4 * r;
        const ptrdiff_t image = wrap_index(images[r], n_images);
        const double left = (double)roi[0] * scale - offset, top = (double)roi[1] * scale - offset;
        double roi_w = (double)roi[2] * scale - offset - left, roi_h = (double)roi[3] * scale - offset - top;
        if (!half_pixel) roi_w = fmax(roi_w, 1.0), roi_h = fmax(roi_h, 1.0);
        const double bin_h = roi_h / (double)height, bin_w = roi_w / (double)width;
        const int rows = ratio > 0 ? ratio : (int)ceil(bin_h), cols = ratio > 0 ? ratio : (int)ceil(bin_w);
        for (ptrdiff_t c = 0; c < channels; c++)
            for (ptrdiff_t p = 0; p < height * width; p++) {
                const float *plane = x + (image * channels + c) * h * w;
                float best = 0.0f;
                for (int i = 0; i < rows; i++)
                    for (int j = 0; j < cols; j++) {
                        const double at_y = top + (double)(p / width) * bin_h + (i + 0.5) * bin_h / rows;
                        const double at_x = left + (double)(p % width) * bin_w + (j + 0.5) * bin_w / cols;
                        best = roi_sample(plane, h, w, at_y, at_x, max, best, i == 0 && j == 0);
                    }
                const int count = rows * cols > 1 ? rows * cols : 1;
                y[(r * channels + c) * height * width + p] = max ? best : best / (float)count;
            }
    }
}
