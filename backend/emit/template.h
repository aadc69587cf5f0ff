/* C with holes: kernel templates (backend/kernels, files ending in .c.in) and the engine that expands them.
 *
 *   $for i in A..B        lines up to $end once for each i from A to B-1
 *   $if E ... $elif E ... $else ... $end
 *   $let i = E
 *   $# comment            dropped
 *   ${E}                  an integer expression: + - * / % ( ) < <= > >= == != && || ! ?: over variables, or the text of a
 *                         text variable
 *   ${name(E, E)}         a callback with integer arguments writes text here
 *
 * Numbers may be open, known at run time only (number.h): they are written as C expressions, and what else depends on one
 * is a mistake. In expressions open(E) tells whether E is, and bytes(E) is E as a size_t.
 *
 * A directive stands alone on its line; its own indentation and that of $for/$if bodies is kept as written. A line that
 * consists of one callback that writes nothing disappears, and one whose callback writes whole lines gets no further newline. Expressions are integers (int64). A mistake in a template
 * (unknown variable, unbalanced $end) is reported as an error with file and line. */
#ifndef CNNC_TEMPLATE_H
#define CNNC_TEMPLATE_H

#include "backend/emit/number.h"
#include "backend/emit/text.h"

typedef struct template_env template_env;
typedef void template_callback(void *context, text *out, int n, const int64_t *args);

template_env *template_env_new(arena *a);
template_env *template_env_within(const template_env *outer); /* sees outer's names, adds its own */
void template_int(template_env *e, const char *name, int64_t x);
void template_number(template_env *e, const char *name, number x);
void template_text(template_env *e, const char *name, const char *s);
void template_call(template_env *e, const char *name, template_callback *f, void *context);

/* path: "backend/kernels/pool.c.in" among the embedded texts. */
bool template_expand(const template_env *e, const char *path, text *out, diagnostics *d);
/* The same on a text in memory. */
bool template_expand_string(const template_env *e, const char *name, const char *source, text *out, diagnostics *d);

#endif
