/* One axis of a tensor resized: [outer][in][inner] to [outer][out][inner]. transform: 'h'alf_pixel, half_pixel_'s'ymmetric,
 * 'p'ytorch_half_pixel, 'c'orners aligned, 'a'symmetric, tf_half_pixel_for_'n'n, 't'f_crop_and_resize, which alone looks at start and end.
 * mode: 'n'earest, 'l'inear, 'c'ubic. nearest: 'f'loor, 'c'eil, 'F', 'C': round, at halves to that side. */
CNNC_INLINE double resize_source(ptrdiff_t o, ptrdiff_t in, ptrdiff_t out, double scale, double start, double end, int transform) {
    const double width = scale * (double)in, x = (double)o;
    if (transform == 'a') return x / scale;
    if (transform == 'n') return (x + 0.5) / scale;
    if (transform == 'c') return width == 1.0 ? 0.0 : x * (double)(in - 1) / (width - 1.0);
    if (transform == 't') {
        const double span = (end - start) * (double)(in - 1);
        return start * (double)(in - 1) + (width == 1.0 ? span / 2.0 : x * span / (width - 1.0));
    }
    if (transform == 'p' && width == 1.0) return -0.5;
    const double offset = transform == 's' ? (double)in / 2.0 * (1.0 - (double)out / width) : 0.0;
    return offset + (x + 0.5) / scale - 0.5;
}

CNNC_INLINE ptrdiff_t resize_nearest(double at, int nearest) {
    const double base = floor(at), ratio = at - base;
    const int up = nearest == 'f' ? 0 : nearest == 'c' ? ratio > 0.0 : nearest == 'C' ? ratio >= 0.5 : ratio > 0.5;
    return (ptrdiff_t)base + up;
}

CNNC_INLINE void resize_axis(float *y, const float *x, ptrdiff_t outer, ptrdiff_t in, ptrdiff_t out, ptrdiff_t inner, double scale,
                             double start, double end, int transform, int mode, int nearest, double cubic, int antialias,
                             int exclude_outside, double extrapolation) {
    const double reach = mode == 'c' ? 2.0 : 1.0, stretch = antialias && scale < 1.0 ? scale : 1.0;
    /* A result of one element or more reaches over the whole input at most; cubic weights over twice as much. */
    const ptrdiff_t reached = (ptrdiff_t)fmax(floor(-reach / stretch), -2.0 * (double)in) + 1, least = 1 - 2 * in;
    const ptrdiff_t first = reached < least ? least : reached, taps = mode == 'n' ? 1 : 2 - 2 * first;
    for (ptrdiff_t o = 0; o < out; o++) {
        const double at = resize_source(o, in, out, scale, start, end, transform);
        const int outside = transform == 't' && (at < 0.0 || at > (double)(in - 1));
        const ptrdiff_t base = mode == 'n' ? resize_nearest(at, nearest) : (ptrdiff_t)floor(at) + first;
        double sum = 0.0;
        for (ptrdiff_t t = 0; t < taps; t++) {
            const double distance = ((double)(base + t) - at) * stretch;
            const double w = mode == 'n' ? 1.0 : mode == 'c' ? cubic_weight(distance, cubic) : fmax(0.0, 1.0 - fabs(distance));
            if (!exclude_outside || (base + t >= 0 && base + t < in)) sum += w;
        }
        for (ptrdiff_t i = 0; i < outer; i++)
            for (ptrdiff_t k = 0; k < inner; k++) y[(i * out + o) * inner + k] = outside ? (float)extrapolation : 0.0f;
        for (ptrdiff_t t = 0; t < taps && !outside; t++) {
            const double distance = ((double)(base + t) - at) * stretch;
            const double w = mode == 'n' ? 1.0 : mode == 'c' ? cubic_weight(distance, cubic) : fmax(0.0, 1.0 - fabs(distance));
            if (exclude_outside && (base + t < 0 || base + t >= in)) continue;
            const ptrdiff_t from = base + t < 0 ? 0 : base + t >= in ? in - 1 : base + t;
            const float weight = (float)(antialias || exclude_outside ? w / sum : w);
            for (ptrdiff_t i = 0; i < outer; i++) {
                const float *a = x + (i * in + from) * inner;
                float *b = y + (i * out + o) * inner;
                for (ptrdiff_t k = 0; k < inner; k++) b[k] += weight * a[k];
            }
        }
    }
}
