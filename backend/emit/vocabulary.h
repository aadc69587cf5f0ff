/* The runtime's texts, taken apart into definitions: an emitted file carries those that it mentions, and what they mention.
 *
 * A text is made of functions, types, constants and macros, in paragraphs with empty lines between them. A comment belongs to
 * all that follow it in its paragraph up to the next one; alone in a paragraph, it heads the paragraphs up to the next such.
 * What #if and #endif enclose is one definition. The body of a function ends in its line, or with a brace that begins one. */
#ifndef CNNC_VOCABULARY_H
#define CNNC_VOCABULARY_H

#include "backend/emit/text.h"

typedef struct remark remark;

typedef struct definition {
    const char *text; /* `size` bytes: whole lines */
    size_t size;
    char **names; /* n_names: what it defines */
    int n_names, paragraph;
    remark *heading, *comment; /* or NULL */
    bool mentioned, put;
} definition;

typedef struct vocabulary {
    definition **definitions; /* n, in the order of the texts */
    int n;
    arena *arena;
    /* private */
    int capacity, paragraphs;
    struct names *by_name;
} vocabulary;

vocabulary *vocabulary_new(arena *a);
/* Of two definitions of a name the first one counts. The text must outlive the vocabulary; NULL: nothing. */
void vocabulary_add(vocabulary *v, const char *text);
/* Nothing is mentioned any more, nothing put. */
void vocabulary_clear(vocabulary *v);
/* What code, or NULL, mentions outside comments and literals is mentioned, and what that mentions. */
void vocabulary_mention(vocabulary *v, const char *code);
/* Writes what is mentioned, each definition behind those that it mentions, otherwise in the order of the texts. */
void vocabulary_put(vocabulary *v, text *out);

#endif
