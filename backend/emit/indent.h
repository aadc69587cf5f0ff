/* Indentation of C that came out of templates, each of which knows nothing of where it is expanded. */
#ifndef CNNC_INDENT_H
#define CNNC_INDENT_H

#include "backend/emit/text.h"

/* Appends whole lines of C, indented by their braces from `depth` steps of four spaces on. The body of a for, if, while or
 * else without braces is one step further in, and so is the rest of a statement that does not end on its line. A lone
 * semicolon joins the line before it; empty lines stay single, and go next to a brace. */
void text_indented(text *out, const char *code, int depth);

#endif
