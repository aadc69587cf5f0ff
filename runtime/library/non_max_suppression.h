/* Boxes by descending score, without those that overlap a better one too much: y [room][3] of image, class, box. What stays
 * empty is -1. *n_found: how many there are, which must be `room` when that is exact; n_found
 * and status may be NULL. */
CNNC_INLINE double box_overlap(const float *p, const float *q, int center) {
    double a[4], b[4];
    for (int k = 0; k < 2; k++) { /* low and high ends along both axes */
        if (center) {
            a[k] = (double)p[k] - (double)p[k + 2] / 2.0, a[k + 2] = (double)p[k] + (double)p[k + 2] / 2.0;
            b[k] = (double)q[k] - (double)q[k + 2] / 2.0, b[k + 2] = (double)q[k] + (double)q[k + 2] / 2.0;
        } else {
            a[k] = fmin((double)p[k], (double)p[k + 2]), a[k + 2] = fmax((double)p[k], (double)p[k + 2]);
            b[k] = fmin((double)q[k], (double)q[k + 2]), b[k + 2] = fmax((double)q[k], (double)q[k + 2]);
        }
    }
    const double h = fmin(a[2], b[2]) - fmax(a[0], b[0]), w = fmin(a[3], b[3]) - fmax(a[1], b[1]);
    const double both = h > 0.0 && w > 0.0 ? h * w : 0.0;
    const double all = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both;
    return both > 0.0 ? both / all : 0.0;
}

CNNC_INLINE void non_max_suppression(int64_t *y, ptrdiff_t room, int64_t *n_found, int exact, int32_t *status, const float *boxes, const float *scores, ptrdiff_t images,
                                     ptrdiff_t classes, ptrdiff_t n, double most, double overlap, int has_least, double least, int center) {
    ptrdiff_t found = 0;
    for (ptrdiff_t i = 0; i < images * classes; i++) {
        const ptrdiff_t image = i / classes, start = found;
        const float *s = scores + i * n, *b = boxes + image * n * 4;
        float last = INFINITY;
        ptrdiff_t last_box = -1;
        while (found <= room && (double)(found - start) < most) {
            ptrdiff_t best = -1; /* the next in order of score, then of index */
            for (ptrdiff_t k = 0; k < n; k++) {
                const int behind = s[k] < last || (s[k] == last && k > last_box);
                if (behind && (!has_least || (double)s[k] > least) && (best < 0 || s[k] > s[best])) best = k;
            }
            if (best < 0) break;
            last = s[best], last_box = best;
            int keep = 1;
            for (ptrdiff_t k = start; k < found && keep; k++) keep = box_overlap(b + 4 * best, b + 4 * y[3 * k + 2], center) <= overlap;
            if (!keep) continue;
            if (found == room) { /* one too many */
                found++;
                break;
            }
            y[3 * found] = image, y[3 * found + 1] = i % classes, y[3 * found + 2] = best;
            found++;
        }
    }
    for (ptrdiff_t k = 3 * found; k < 3 * room; k++) y[k] = -1;
    if (status && (found > room || (exact && found != room))) *status = 5;
    if (n_found) *n_found = found < room ? found : room;
}
