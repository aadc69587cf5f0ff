/* Integers of emitted code: numbers, or C expressions over sizes that are known at run time only. */
#ifndef CNNC_NUMBER_H
#define CNNC_NUMBER_H

#include "ir/ir.h"

typedef struct number {
    int64_t n;        /* what it is; where text is there, nothing may depend on it */
    const char *text; /* NULL, or a name or an expression in parentheses */
} number;

number number_known(int64_t n);
number number_open(const char *text);
bool number_is(number x, int64_t n);
bool number_equal(number x, number y); /* the same for certain */

/* One of + - * / % < <= > >= == != && ||. y is not a zero where op divides by it. Neutral operands vanish. */
number number_apply(arena *a, const char *op, number x, number y);
number number_add(arena *a, number x, number y);
number number_mul(arena *a, number x, number y);
number number_ceil_div(arena *a, number x, int64_t y);

const char *number_text(arena *a, number x);
const char *number_as_double(arena *a, number x); /* "12.0", "(double)(h * w)" */

#endif
