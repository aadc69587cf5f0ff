/* Decimal numbers; what is none, or does not fit, is reported. */
CNNC_INLINE void string_to_integer(int64_t *y, const string_slot *x, ptrdiff_t n, int32_t *status) {
    for (ptrdiff_t i = 0; i < n; i++) {
        const string_slot *s = &x[i];
        uint64_t number = 0;
        uint32_t at = 0, end = s->size;
        while (at < end && s->bytes[at] == ' ') at++;
        while (end > at && s->bytes[end - 1] == ' ') end--;
        const int minus = at < end && s->bytes[at] == '-';
        at += at < end && (s->bytes[at] == '-' || s->bytes[at] == '+');
        int fits = at < end;
        const uint64_t most = (uint64_t)INT64_MAX + (uint64_t)minus;
        for (; at < end && fits; at++) {
            const uint64_t digit = (uint64_t)(unsigned char)s->bytes[at] - '0';
            fits = digit < 10 && number <= (most - digit) / 10;
            number = number * 10 + digit;
        }
        if (!fits) *status = 5;
        y[i] = !fits ? 0 : minus && number ? -(int64_t)(number - 1) - 1 : (int64_t)number;
    }
}
