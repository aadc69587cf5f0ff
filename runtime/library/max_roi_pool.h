/* The largest value in each of rows x columns bins of regions of x [images][channels][height][width]. regions: image and
 * corners (left, top, right, bottom), which times `scale` are rounded to pixels, the last included. Bins may overlap; one
 * that lies outside of x has 0. */
CNNC_INLINE void roi_bin(ptrdiff_t *from, ptrdiff_t *to, ptrdiff_t bin, ptrdiff_t bins, double first, double last, ptrdiff_t size) {
    const double length = fmax(last - first + 1.0, 1.0) / (double)bins;
    const double a = first + floor((double)bin * length), b = first + ceil((double)(bin + 1) * length);
    *from = (ptrdiff_t)fmin(fmax(a, 0.0), (double)size);
    *to = (ptrdiff_t)fmin(fmax(b, 0.0), (double)size);
}

CNNC_INLINE void max_roi_pool(float *y, const float *x, const float *regions, ptrdiff_t count, ptrdiff_t images, ptrdiff_t channels, ptrdiff_t height,
                              ptrdiff_t width, ptrdiff_t rows, ptrdiff_t columns, double scale) {
    for (ptrdiff_t r = 0; r < count; r++) {
        const float *box = regions + 5 * r;
        double edge[4];
        for (int k = 0; k < 4; k++) edge[k] = round((double)box[k + 1] * scale);
        const ptrdiff_t image = box[0] >= 0.0f && box[0] < (float)images ? (ptrdiff_t)box[0] : -1;
        for (ptrdiff_t c = 0; c < channels; c++)
            for (ptrdiff_t i = 0; i < rows; i++)
                for (ptrdiff_t j = 0; j < columns; j++) {
                    ptrdiff_t top, bottom, left, right;
                    roi_bin(&top, &bottom, i, rows, edge[1], edge[3], height);
                    roi_bin(&left, &right, j, columns, edge[0], edge[2], width);
                    const int empty = image < 0 || top >= bottom || left >= right;
                    float most = empty ? 0.0f : -INFINITY;
                    for (ptrdiff_t p = top; p < bottom && !empty; p++)
                        for (ptrdiff_t q = left; q < right; q++) most = fmaxf(most, x[((image * channels + c) * height + p) * width + q]);
                    *y++ = most;
                }
    }
}
