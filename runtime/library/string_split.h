/* Each string cut at a delimiter (empty: at runs of white space) into y [n][room], at most `most` times; *longest: parts
 * of the one that has most. */
CNNC_INLINE int is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* Bytes before the next cut in the n at s; *skip: how many the cut takes. */
CNNC_INLINE size_t next_cut(const char *s, size_t n, const string_slot *delimiter, size_t *skip) {
    size_t at = 0;
    *skip = 0;
    if (delimiter->size) {
        while (at + delimiter->size <= n && memcmp(s + at, delimiter->bytes, delimiter->size) != 0) at++;
        if (at + delimiter->size > n) return n;
        *skip = delimiter->size;
        return at;
    }
    while (at < n && !is_blank(s[at])) at++;
    while (at + *skip < n && is_blank(s[at + *skip])) ++*skip;
    return at;
}

CNNC_INLINE void string_split(string_slot *y, int64_t *parts, int64_t *longest, const string_slot *x, ptrdiff_t n, const string_slot *delimiter,
                              ptrdiff_t most, ptrdiff_t room, int exact, int32_t *status) {
    *longest = 0;
    if (n > 0 && room > 0) memset(y, 0, sizeof *y * (size_t)(n * room));
    for (ptrdiff_t i = 0; i < n; i++) {
        const char *s = x[i].bytes;
        size_t left = x[i].size, skip = 0;
        int ended = 0;
        if (!delimiter->size) {
            while (left && is_blank(*s)) s++, left--;
            ended = !left;
        }
        for (parts[i] = 0; !ended; parts[i]++) {
            const size_t size = parts[i] < most ? next_cut(s, left, delimiter, &skip) : left;
            ended = size == left;
            if (parts[i] < room) string_append(&y[i * room + parts[i]], s, size, status);
            if (!ended) s += size + skip, left -= size + skip;
            ended |= !delimiter->size && !left; /* blanks at the end cut nothing off */
        }
        if (parts[i] > *longest) *longest = parts[i];
    }
    if (*longest > room || (exact && n && *longest != room)) *status = 5;
    if (*longest > room) *longest = room;
}
