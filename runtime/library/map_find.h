/* Where each of n keys, integers or strings, the others NULL, comes last among the first *count keys of a map; `room` where it does
 * not. */
CNNC_INLINE void map_find(int64_t *y, ptrdiff_t n, const int64_t *number, const string_slot *text, const int64_t *numbers, const string_slot *texts,
                          ptrdiff_t room, const int64_t *count) {
    const ptrdiff_t used = *count < room ? (ptrdiff_t)*count : room;
    for (ptrdiff_t i = 0; i < n; i++) {
        y[i] = room;
        for (ptrdiff_t k = used - 1; k >= 0 && y[i] == room; k--) {
            const int same = number ? number[i] == numbers[k] : text[i].size == texts[k].size && !memcmp(text[i].bytes, texts[k].bytes, text[i].size);
            if (same) y[i] = k;
        }
    }
}
