#include "frontend/dsl/words.h"

#include <ctype.h>
#include <string.h>

guess guess_for(const char *word) {
    int far = (int)strlen(word) / 3 + 1;
    return (guess){.word = word, .distance = far + 1};
}

void guess_offer(guess *g, const char *candidate) {
    int d = edit_distance(g->word, candidate, g->distance);
    if (d >= g->distance || d >= (int)strlen(g->word)) return;
    g->distance = d;
    g->best = candidate;
}

const char *guess_hint(const guess *g, arena *a) { return g->best ? arena_printf(a, "did you mean '%s'?", g->best) : NULL; }

static const char *const keywords[] = {"block", "else", "exit", "for", "if", "in", "include", "inline", "let", "network", "return",
                                       "scope", "then", "when", "and", "or", "not", "yes", "no", "none"};
enum { N_KEYWORDS = sizeof keywords / sizeof *keywords };

bool is_keyword(const char *word) {
    for (int i = 0; i < N_KEYWORDS; i++)
        if (!strcmp(word, keywords[i])) return true;
    return false;
}

const char *keyword_hint(arena *a, const char *word) {
    guess g = guess_for(word);
    for (int i = 0; i < N_KEYWORDS; i++) guess_offer(&g, keywords[i]);
    for (int t = DT_NONE + 1; t < DT_COUNT; t++) guess_offer(&g, dtype_of((dtype)t)->name);
    return guess_hint(&g, a);
}

const char *word_at(arena *a, const source_text *s, size_t at) {
    size_t end = at;
    while (end < s->size && (isalnum((unsigned char)s->text[end]) || s->text[end] == '_')) end++;
    return arena_strndup(a, s->text + at, end - at);
}
