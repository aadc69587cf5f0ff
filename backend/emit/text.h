/* A growing string: what emitters write into. */
#ifndef CNNC_TEXT_H
#define CNNC_TEXT_H

#include "ir/ir.h"

typedef struct text {
    arena *arena;
    char *bytes; /* NUL-terminated once anything was written */
    size_t size, capacity;
} text;

void text_put(text *t, const char *s);
void text_write(text *t, const char *bytes, size_t n);
void text_printf(text *t, const char *format, ...) IR_PRINTF(2, 3);
/* A C string literal, quotes included: any byte sequence becomes harmless. */
void text_string_literal(text *t, const char *s);
/* s fit for a C comment: no control characters, no end of comment, at most 200 characters. */
void text_comment(text *t, const char *s);

#endif
