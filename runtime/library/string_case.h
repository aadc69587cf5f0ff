/* 'L': small letters, 'U': capitals, of ASCII, Latin-1, Greek and Cyrillic in UTF-8; else as it is. */
CNNC_INLINE unsigned letter_case(unsigned c, int how) {
    static const struct { unsigned first, last, gap; } capitals[] = { /* a small letter lies `gap` behind its capital */
        {'A', 'Z', 32}, {0xc0, 0xd6, 32}, {0xd8, 0xde, 32}, {0x391, 0x3a1, 32}, {0x3a3, 0x3ab, 32}, {0x400, 0x40f, 80}, {0x410, 0x42f, 32}};
    for (size_t k = 0; k < sizeof capitals / sizeof *capitals; k++) {
        const unsigned first = capitals[k].first, last = capitals[k].last, gap = capitals[k].gap;
        if (how == 'L' && c >= first && c <= last) return c + gap;
        if (how == 'U' && c >= first + gap && c <= last + gap) return c - gap;
    }
    return c;
}

CNNC_INLINE void string_case(string_slot *s, int how) {
    if (how != 'L' && how != 'U') return;
    for (uint32_t i = 0; i < s->size; i++) {
        const unsigned c = (unsigned char)s->bytes[i];
        if (c < 0x80u) s->bytes[i] = (char)letter_case(c, how);
        if ((c & 0xe0u) != 0xc0u || i + 1 >= s->size) continue;
        const unsigned two = letter_case((c & 0x1fu) << 6 | ((unsigned char)s->bytes[i + 1] & 0x3fu), how);
        s->bytes[i] = (char)(unsigned char)(0xc0u | two >> 6);
        s->bytes[++i] = (char)(unsigned char)(0x80u | (two & 0x3fu));
    }
}
