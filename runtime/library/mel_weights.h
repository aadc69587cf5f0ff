/* Triangular filters evenly spaced on the mel scale: y [rows][bins]. */
CNNC_INLINE void mel_weights(float *y, ptrdiff_t rows, ptrdiff_t bins, double dft_length, double sample_rate, double low, double high) {
    const double from = 2595.0 * log10(1.0 + low / 700.0), step = (2595.0 * log10(1.0 + high / 700.0) - from) / (double)(bins + 2);
    for (ptrdiff_t i = 0; i < rows * bins; i++) y[i] = 0.0f;
    for (ptrdiff_t b = 0; b < bins; b++) {
        ptrdiff_t edge[3];
        for (int k = 0; k < 3; k++) {
            const double hertz = 700.0 * (pow(10.0, (from + (double)(b + k) * step) / 2595.0) - 1.0);
            edge[k] = (ptrdiff_t)floor((dft_length + 1.0) * hertz / sample_rate);
        }
        const double up = (double)(edge[1] - edge[0]), down = (double)(edge[2] - edge[1]);
        if (edge[1] == edge[0] && edge[1] >= 0 && edge[1] < rows) y[edge[1] * bins + b] = 1.0f;
        for (ptrdiff_t r = edge[0]; up > 0.0 && r <= edge[1] && r < rows; r++)
            if (r >= 0) y[r * bins + b] = (float)((double)(r - edge[0]) / up);
        for (ptrdiff_t r = edge[1]; down > 0.0 && r < edge[2] && r < rows; r++)
            if (r >= 0) y[r * bins + b] = (float)((double)(edge[2] - r) / down);
    }
}
