#include "backend/emit/text.h"

#include <ctype.h>
#include <string.h>

void text_write(text *t, const char *bytes, size_t n) {
    if (t->size + n + 1 > t->capacity) {
        size_t capacity = (t->capacity + n + 1) * 2;
        char *more = arena_alloc(t->arena, capacity);
        if (t->size) memcpy(more, t->bytes, t->size);
        t->bytes = more;
        t->capacity = capacity;
    }
    if (n) memcpy(t->bytes + t->size, bytes, n);
    t->size += n;
    t->bytes[t->size] = 0;
}

void text_put(text *t, const char *s) { text_write(t, s, strlen(s)); }

void text_printf(text *t, const char *format, ...) {
    char small[256];
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if ((size_t)n < sizeof small) {
        text_write(t, small, (size_t)n);
    } else {
        char *big = arena_alloc(t->arena, (size_t)n + 1);
        vsnprintf(big, (size_t)n + 1, format, again);
        text_write(t, big, (size_t)n);
    }
    va_end(again);
}

void text_string_literal(text *t, const char *s) {
    text_put(t, "\"");
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        /* three octal digits end by themselves, and '?' is escaped so that no trigraph appears */
        if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == '?') text_printf(t, "\\%03o", (unsigned)c);
        else text_write(t, s, 1);
    }
    text_put(t, "\"");
}

void text_comment(text *t, const char *s) {
    for (int n = 0; *s && n < 200; s++, n++) {
        unsigned char c = (unsigned char)*s;
        bool closes = (c == '/' && n && s[-1] == '*') || (c == '*' && n && s[-1] == '/');
        if (c < 0x20 || c >= 0x7f || c == '\\' || closes) text_put(t, "_");
        else text_write(t, s, 1);
    }
    if (strlen(s)) text_put(t, "...");
}
