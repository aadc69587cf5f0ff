/* Regular expressions (RE2's syntax but for flags and Unicode classes) as programs that runtime/library/regex_match.h runs. */
#ifndef CNNC_REGEX_H
#define CNNC_REGEX_H

#include "ir/ir.h"

enum { REGEX_MOST = 1000 /* instructions */ };

/* The program's numbers, count of them in *n; NULL after an error, *at bytes from the pattern's start. */
int64_t *regex_compile(const char *pattern, size_t size, int *n, size_t *at, const char **error, arena *a);

#endif
