/* Words near to what somebody wrote. */
#ifndef CNNC_DSL_WORDS_H
#define CNNC_DSL_WORDS_H

#include "ir/ir.h"

/* The best of the words offered so far, if it is near enough to be meant. */
typedef struct guess {
    const char *word, *best;
    int distance;
} guess;

guess guess_for(const char *word);
void guess_offer(guess *g, const char *candidate);
const char *guess_hint(const guess *g, arena *a); /* "did you mean 'conv'?" or NULL */

bool is_keyword(const char *word);
const char *keyword_hint(arena *a, const char *word);
/* The name that begins at a place of a text. */
const char *word_at(arena *a, const source_text *s, size_t at);

#endif
