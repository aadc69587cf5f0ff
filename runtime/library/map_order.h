/* The places of the first *count keys of a map, ascending by key, and `room` for each that it has room for besides. exact: -1, or how
 * many there must be. */
CNNC_INLINE void map_order(int64_t *y, const int64_t *key, ptrdiff_t room, const int64_t *count, ptrdiff_t exact, int32_t *status) {
    const ptrdiff_t used = *count < 0 ? 0 : *count < room ? (ptrdiff_t)*count : room;
    if (exact >= 0 && used != exact) *status = 5;
    for (ptrdiff_t i = 0; i < used; i++) {
        ptrdiff_t k = i;
        for (; k > 0 && key[y[k - 1]] > key[i]; k--) y[k] = y[k - 1];
        y[k] = i;
    }
    for (ptrdiff_t i = used; i < room; i++) y[i] = room;
}
