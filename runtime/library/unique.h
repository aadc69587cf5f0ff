/* The distinct ones among n items, each of [outer][inner] elements of x [outer][n][inner]: doubles, integers or strings, the
 * other two NULL. first: where each comes first, in the order of the items (sorted) or of those places; inverse: which one
 * each item is; counts. */
typedef struct unique_items {
    const double *real;
    const int64_t *whole;
    const string_slot *text;
    ptrdiff_t outer, n, inner;
} unique_items;

CNNC_INLINE int order_elements(const unique_items *u, ptrdiff_t a, ptrdiff_t b) {
    if (u->whole) return (u->whole[a] > u->whole[b]) - (u->whole[a] < u->whole[b]);
    if (u->real) { /* NaNs are equal, and last */
        const double p = u->real[a], q = u->real[b];
        return isnan(p) || isnan(q) ? !!isnan(p) - !!isnan(q) : (p > q) - (p < q);
    }
    const string_slot *s = &u->text[a], *t = &u->text[b];
    const int order = memcmp(s->bytes, t->bytes, s->size < t->size ? s->size : t->size);
    return order ? order : (s->size > t->size) - (s->size < t->size);
}

CNNC_INLINE int order_items(const unique_items *u, ptrdiff_t a, ptrdiff_t b) {
    int order = 0;
    for (ptrdiff_t i = 0; i < u->outer && !order; i++)
        for (ptrdiff_t k = 0; k < u->inner && !order; k++)
            order = order_elements(u, (i * u->n + a) * u->inner + k, (i * u->n + b) * u->inner + k);
    return order;
}

/* Where item i is, or belongs, among `found` sorted ones. */
CNNC_INLINE ptrdiff_t place_item(const unique_items *u, const int64_t *first, ptrdiff_t found, ptrdiff_t i, int *there) {
    ptrdiff_t low = 0, high = found;
    *there = 0;
    while (low < high && !*there) {
        const ptrdiff_t middle = low + (high - low) / 2;
        const int order = order_items(u, i, (ptrdiff_t)first[middle]);
        if (!order) *there = 1, low = middle;
        else if (order < 0) high = middle;
        else low = middle + 1;
    }
    return low;
}

CNNC_INLINE void unique(int64_t *first, int64_t *inverse, int64_t *counts, int64_t *found, const double *real, const int64_t *whole, const string_slot *text,
                        ptrdiff_t outer, ptrdiff_t n, ptrdiff_t inner, int sorted) {
    const unique_items u = {real, whole, text, outer, n, inner};
    ptrdiff_t m = 0;
    int there;
    for (ptrdiff_t i = 0; i < n; i++) {
        ptrdiff_t at = sorted ? place_item(&u, first, m, i, &there) : 0;
        for (there = sorted ? there : 0; !sorted && at < m && !there; at += !there) there = !order_items(&u, i, (ptrdiff_t)first[at]);
        if (!there) {
            memmove(first + at + 1, first + at, (size_t)(m - at) * sizeof *first);
            memmove(counts + at + 1, counts + at, (size_t)(m - at) * sizeof *counts);
            first[at] = i, counts[at] = 0, m++;
        }
        counts[at]++;
        inverse[i] = at;
    }
    for (ptrdiff_t i = 0; sorted && i < n; i++) inverse[i] = place_item(&u, first, m, i, &there);
    for (ptrdiff_t i = m; i < n; i++) first[i] = 0, counts[i] = 0;
    *found = m;
}
