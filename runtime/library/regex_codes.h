/* Instructions of a regular expression's program, three numbers each: what, and one or two places. */
enum { REGEX_MATCH, REGEX_SPLIT, REGEX_JUMP, REGEX_SET, REGEX_NOT_SET, REGEX_BEGIN, REGEX_END, REGEX_WORD, REGEX_NOT_WORD };

/* The first character of n > 0 bytes of UTF-8; what is none is a byte. */
CNNC_INLINE int64_t regex_character(const char *s, size_t n, size_t *used) {
    const unsigned char *b = (const unsigned char *)s;
    const size_t size = b[0] < 0xc2 ? 1 : b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : b[0] < 0xf5 ? 4 : 1;
    int64_t code = size == 1 ? b[0] : b[0] & (0xff >> (size + 1));
    *used = size <= n ? size : 1;
    for (size_t i = 1; i < *used; i++) code = code * 64 + (b[i] & 0x3f);
    return *used == size ? code : b[0];
}
