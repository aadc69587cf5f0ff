CNNC_INLINE int is_word(const string_slot *s, uint32_t at, const char *word) {
    uint32_t i = 0;
    for (; word[i] && at + i < s->size; i++)
        if ((s->bytes[at + i] | 32) != word[i]) return 0;
    return !word[i] && at + i == s->size;
}

/* Digits, of which the first 18 that count go into *digits; returns by how many powers of ten that is too small. */
CNNC_INLINE int read_digits(const string_slot *s, uint32_t *at, uint64_t *digits, int *read) {
    int dropped = 0;
    for (; *at < s->size && s->bytes[*at] >= '0' && s->bytes[*at] <= '9'; ++*at, ++*read) {
        if (*digits < 100000000000000000u) *digits = *digits * 10 + (uint64_t)(s->bytes[*at] - '0');
        else dropped++;
    }
    return dropped;
}

/* Numbers in plain or scientific notation, infinities and NaN; anything else is reported. At most 15 digits and powers up to
 * 10^22 are read exactly, others to the last bits of a double. */
CNNC_INLINE void string_to_real(double *y, const string_slot *x, ptrdiff_t n, int32_t *status) {
    for (ptrdiff_t i = 0; i < n; i++) {
        const string_slot *s = &x[i];
        uint64_t digits = 0, exponent = 0;
        uint32_t at = 0, end = s->size;
        int read = 0;
        while (at < end && s->bytes[at] == ' ') at++;
        const int minus = at < end && s->bytes[at] == '-';
        at += at < end && (s->bytes[at] == '-' || s->bytes[at] == '+');
        int power = read_digits(s, &at, &digits, &read);
        if (at < end && s->bytes[at] == '.') {
            const uint32_t point = ++at;
            power += read_digits(s, &at, &digits, &read) - (int)(at - point);
        }
        if (read && at + 1 < end && (s->bytes[at] | 32) == 'e') {
            const int below = s->bytes[at + 1] == '-';
            at += s->bytes[at + 1] == '-' || s->bytes[at + 1] == '+' ? 2 : 1;
            read = 0;
            if (read_digits(s, &at, &exponent, &read) || exponent > 9999) exponent = 9999;
            power += below ? -(int)exponent : (int)exponent;
        }
        double number = digits ? times_power_of_ten((double)digits, power) : 0.0;
        if (!read && is_word(s, at, "inf")) number = INFINITY, read = 1, at = end;
        else if (!read && is_word(s, at, "nan")) number = NAN, read = 1, at = end;
        while (at < end && s->bytes[at] == ' ') at++;
        if (!read || at < end) *status = 5;
        y[i] = minus ? -number : number;
    }
}
