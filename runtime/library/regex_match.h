/* Whether a program (regex_codes) matches the whole of each string: all its states at once, character by character. */
CNNC_INLINE int regex_word(const string_slot *s, size_t at) {
    if (at >= s->size) return 0;
    const char c = s->bytes[at];
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

/* Adds state `first` and what it leads to without reading. */
CNNC_INLINE void regex_add(const int64_t *program, unsigned char *states, ptrdiff_t first, const string_slot *s, size_t at) {
    ptrdiff_t stack[2048], depth = 0;
    stack[depth++] = first;
    while (depth) {
        const ptrdiff_t i = stack[--depth];
        const int64_t *x = program + 3 * i;
        const int word = regex_word(s, at) != (at > 0 && regex_word(s, at - 1));
        if (states[i]) continue;
        states[i] = 1;
        if (x[0] == REGEX_JUMP || x[0] == REGEX_SPLIT) stack[depth++] = (ptrdiff_t)x[1];
        if (x[0] == REGEX_SPLIT) stack[depth++] = (ptrdiff_t)x[2];
        const int passes = x[0] == REGEX_BEGIN ? at == 0 : x[0] == REGEX_END ? at == s->size : x[0] == REGEX_WORD ? word : x[0] == REGEX_NOT_WORD && !word;
        if (passes) stack[depth++] = i + 1;
    }
}

CNNC_INLINE int regex_in_set(const int64_t *program, const int64_t *x, int64_t code) {
    int in = 0;
    for (int64_t r = x[1]; r < x[2]; r += 2) in |= code >= program[r] && code <= program[r + 1];
    return in == (x[0] == REGEX_SET);
}

CNNC_INLINE void regex_match(uint8_t *y, const string_slot *x, ptrdiff_t n, const int64_t *program, ptrdiff_t size) {
    for (ptrdiff_t k = 0; k < n; k++) {
        unsigned char states[2][1024];
        int now = 0;
        memset(states, 0, sizeof states);
        regex_add(program, states[0], 0, &x[k], 0);
        for (size_t at = 0, used; at < x[k].size; at += used, now = !now) {
            const int64_t code = regex_character(x[k].bytes + at, x[k].size - at, &used);
            memset(states[!now], 0, (size_t)size);
            for (ptrdiff_t i = 0; i < size; i++) {
                const int64_t *in = program + 3 * i;
                const int reads = states[now][i] && (in[0] == REGEX_SET || in[0] == REGEX_NOT_SET);
                if (reads && regex_in_set(program, in, code)) regex_add(program, states[!now], i + 1, &x[k], at + used);
            }
        }
        y[k] = states[now][size - 1];
    }
}
