#include "tests/fuzz/mutations.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TOKENS = 4096, MOST_EDITS = 4 };

typedef struct token {
    const uint8_t *from;
    size_t size;
} token;

/* What stands in no file to begin with, or decides much. */
static const char *const vocabulary[] = {
    "0", "1", "-1", "2", "3", "7", "1e300", "0.5", "9223372036854775807", "100000", "1000000000", "(", ")", "[", "]", "{", "}", ",", ":", "=", "|>", "->", "..", "..=",
    "+", "-", "*", "/", "//", "%", "**", "<", ">=", "==", ".", "\"", "\\", "#", "##", "\n", ";", "yes", "no", "none", "not", "and", "if", "then", "else", "for", "in",
    "let", "return", "exit", "when", "scope", "block", "inline", "network", "include", "f32", "f32[1,4]", "i64[2]", "x", "op", "op.concat", "op.split", "len", "max", "min", "zip",
    "reversed", "conv", "dense", "bn", "prelu", "maxpool", "avgpool", "adaptive_avgpool", "spp", "concat", "split", "flatten", "reshape", "transpose", "slice", "crop", "pad",
    "upsample", "resize", "softmax", "entropy", "reduce_mean", "parameter", "constant", "relu", "lrn", "deconv", "depthwise", "group_norm", "layer_norm", ".channels", ".shape",
    "\"{i}\"", "\"same\"", "[0..4]", "x.width", "|> relu", "(x)", "outputs=2", "axis=1", "stride=2"};
enum { WORDS = sizeof vocabulary / sizeof *vocabulary };

static uint64_t next(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static size_t below(uint64_t *state, size_t n) { return n ? (size_t)(next(state) % n) : 0; }

static int tokenize(const bytes *b, token *out) {
    int n = 0;
    for (size_t i = 0; i < b->size && n < MOST_TOKENS;) {
        size_t from = i++;
        bool word = isalnum(b->data[from]) || b->data[from] == '_';
        while (i < b->size && word && (isalnum(b->data[i]) || b->data[i] == '_')) i++;
        out[n++] = (token){b->data + from, i - from};
    }
    return n;
}

static token any(uint64_t *state, const token *tokens, int n) {
    if (next(state) % 3 == 0) return tokens[below(state, (size_t)n)];
    const char *word = vocabulary[below(state, WORDS)];
    return (token){(const uint8_t *)word, strlen(word)};
}

/* One token goes, comes, is replaced, or a stretch of them is repeated elsewhere. */
static int edit(uint64_t *state, token *tokens, int n) {
    int at = (int)below(state, (size_t)n), from, count;
    switch (next(state) % 4) {
    case 0: memmove(tokens + at, tokens + at + 1, sizeof *tokens * (size_t)(n - at - 1)); return n - 1;
    case 1:
        if (n == MOST_TOKENS) return n;
        memmove(tokens + at + 1, tokens + at, sizeof *tokens * (size_t)(n - at));
        tokens[at] = any(state, tokens, n);
        return n + 1;
    case 2: tokens[at] = any(state, tokens, n); return n;
    default:
        from = (int)below(state, (size_t)n);
        count = (int)below(state, (size_t)(n - (at > from ? at : from)));
        memmove(tokens + at, tokens + from, sizeof *tokens * (size_t)count);
        return n;
    }
}

bytes mutate_text(const bytes *original, uint64_t seed) {
    static token tokens[MOST_TOKENS];
    uint64_t state = seed * 0x9e3779b97f4a7c15u + 1;
    int n = tokenize(original, tokens);
    if (!n || next(&state) % 5 == 0) return mutate(original, original->size, seed);
    for (size_t edits = 1 + below(&state, MOST_EDITS); edits && n > 1; edits--) n = edit(&state, tokens, n);
    bytes b = {NULL, 0};
    for (int i = 0; i < n; i++) b.size += tokens[i].size;
    b.data = malloc(b.size ? b.size : 1);
    if (!b.data) perror("mutate"), exit(2);
    size_t at = 0;
    for (int i = 0; i < n; at += tokens[i++].size) memcpy(b.data + at, tokens[i].from, tokens[i].size);
    return b;
}
