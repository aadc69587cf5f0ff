/* C that came out of templates, without the terms that do nothing. */
#ifndef CNNC_NEUTRAL_H
#define CNNC_NEUTRAL_H

#include "backend/emit/text.h"

/* Appends the code without ` + 0`, ` - 0`, ` * 1` and ` / 1` of integers, and without the parentheses of (name + 0).
 * The code has a space on each side of binary operators. */
void text_without_neutral(text *out, const char *code);

#endif
