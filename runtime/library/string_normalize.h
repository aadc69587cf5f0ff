/* The strings that are no stop words, in another case; one empty string where none is left. *found: how many. */
CNNC_INLINE void string_normalize(string_slot *y, int64_t *found, const string_slot *x, ptrdiff_t n, const string_slot *stop, ptrdiff_t stops,
                                  int sensitive, int how, ptrdiff_t room, int exact, int32_t *status) {
    ptrdiff_t kept = 0;
    memset(y, 0, sizeof *y * (size_t)room);
    for (ptrdiff_t i = 0; i < n; i++) {
        string_slot word = x[i];
        ptrdiff_t k = 0;
        if (!sensitive) string_case(&word, 'L');
        for (; k < stops; k++) {
            string_slot stopped = stop[k];
            if (!sensitive) string_case(&stopped, 'L');
            if (word.size == stopped.size && !memcmp(word.bytes, stopped.bytes, word.size)) break;
        }
        if (k < stops) continue;
        word = x[i];
        string_case(&word, how);
        if (kept < room) y[kept] = word;
        kept++;
    }
    if (!kept) kept = 1;
    if (kept > room || (exact && kept != room)) *status = 5;
    *found = kept < room ? kept : room;
}
