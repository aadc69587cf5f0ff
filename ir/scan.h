/* Words, numbers and strings of the textual form. Functions that fail have reported the place; white space and comments
 * (# to the end of the line) may stand before anything. */
#ifndef CNNC_SCAN_H
#define CNNC_SCAN_H

#include "ir/ir.h"

typedef struct scanner {
    source_text source;
    size_t at;
    arena *arena;
    diagnostics *diags;
} scanner;

/* Where the next thing begins. */
size_t scan_place(scanner *s);
/* The next byte that is no space or comment; '\0' at the end. */
char scan_peek(scanner *s);
/* An error at the next thing. */
bool scan_error(scanner *s, const char *hint, const char *format, ...) IR_PRINTF(3, 4);

/* A word (which must end there) or a mark such as ")" or ".."; consumed if it is next. */
bool scan_accept(scanner *s, const char *token);
bool scan_expect(scanner *s, const char *token);
/* Letters, digits, '_' and '.'; NULL (and nothing consumed) if no word is next. */
const char *scan_word(scanner *s);

/* A number of at most `bits` bits, as the 64 bits of its two's complement. */
bool scan_int(scanner *s, int bits, bool is_signed, int64_t *x);
bool scan_int_between(scanner *s, int64_t min, int64_t max, int64_t *x);
bool scan_float(scanner *s, double *x);
/* "bytes", escapes \xNN \n \t \" \\ ; with a '\0' behind it. */
bool scan_string(scanner *s, ir_string *bytes);
/* The same without any '\0' in it. */
bool scan_name(scanner *s, const char **name);

#endif
