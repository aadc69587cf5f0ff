#include "backend/emit/indent.h"

#include <ctype.h>
#include <string.h>

enum { MAX_BLOCKS = 64 };

typedef struct block {
    int indent;    /* of the line with its opening brace */
    int if_indent; /* of the last if or else in it */
    bool list;     /* an initialiser, not statements */
} block;

typedef struct indenter {
    text *out;
    block blocks[MAX_BLOCKS]; /* those that are open; the first stands for what is around the code */
    int n;
    int indent;     /* of the line at hand */
    int statement;  /* indent of the line on which the statement began */
    int headers;    /* for, if, while and else before this line that still wait for their statement */
    int parens;     /* open ( and [ */
    int closings;   /* times that the statement's parentheses were all closed again */
    bool header;    /* the statement begins with for, if, while or else */
    bool continued; /* it began on an earlier line */
    bool comment;   /* open since an earlier line */
    bool empty;     /* an empty line is due */
    char last;      /* character of the code before this one, comments and space aside */
} indenter;

static bool begins(const char *s, size_t n, const char *word) {
    size_t k = strlen(word);
    return n >= k && !strncmp(s, word, k) && (n == k || !(isalnum((unsigned char)s[k]) || s[k] == '_'));
}

static bool begins_any(const char *s, size_t n, const char *const *words) {
    while (*words && !begins(s, n, *words)) words++;
    return *words != NULL;
}

static const char *const header_words[] = {"for", "if", "while", "else", "do", NULL};
static const char *const label_words[] = {"case", "default", NULL};

/* A macro that stands for a pragma or an attribute: NAME, alone on its line. */
static bool is_macro(const char *s, size_t n) {
    size_t i = 0;
    while (i < n && (isupper((unsigned char)s[i]) || isdigit((unsigned char)s[i]) || s[i] == '_')) i++;
    return i == n;
}

static int indent_of(const indenter *t, const char *s, size_t n) {
    const block *b = &t->blocks[t->n - 1];
    if (*s == '#') return 0;
    if (*s == '}') return b->indent;
    if (begins(s, n, "else")) return b->if_indent;
    if (begins_any(s, n, label_words)) return b->indent;
    return b->indent + 1 + t->headers + t->continued - (*s == '{' && t->headers);
}

static void open_block(indenter *t) {
    bool list = t->last == '=' || t->blocks[t->n - 1].list;
    if (t->n < MAX_BLOCKS) t->blocks[t->n++] = (block){t->indent, t->indent + 1, list};
    t->headers = 0;
}

/* Past a string or character literal that starts at i. */
static size_t skip_literal(const char *s, size_t n, size_t i) {
    char quote = s[i++];
    for (; i < n && s[i] != quote; i++) i += s[i] == '\\';
    return i;
}

/* Counts what the line opens and closes. */
static void scan(indenter *t, const char *s, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (t->comment) {
            t->comment = strncmp(s + i, "*/", 2) != 0;
            i += !t->comment;
            continue;
        }
        if (!strncmp(s + i, "//", 2)) return;
        if (!strncmp(s + i, "/*", 2)) {
            t->comment = true;
            i++;
            continue;
        }
        if (isspace((unsigned char)s[i])) continue;
        switch (s[i]) {
        case '(':
        case '[': t->parens++; break;
        case ')':
        case ']': t->closings += --t->parens == 0; break;
        case '{': open_block(t); break;
        case '}': t->n -= t->n > 1; break;
        case '"':
        case '\'': i = skip_literal(s, n, i); break;
        default: break;
        }
        t->last = s[i < n ? i : n - 1];
    }
}

/* What the line's end says about the next one. */
static void finish_line(indenter *t, const char *s, size_t n) {
    bool ends = t->parens <= 0 && (strchr(";{}", t->last) || (t->last == ':' && begins_any(s, n, label_words)));
    bool waits = t->parens <= 0 && t->header &&
                 ((t->last == ')' && t->closings == 1) || !t->closings); /* the latter: else, do */
    t->continued = !ends && !waits && !t->blocks[t->n - 1].list;
    if (ends) t->headers = 0;
    if (waits && !ends) t->headers = t->statement - t->blocks[t->n - 1].indent;
}

static void put_line(indenter *t, const char *s, size_t n) {
    text *out = t->out;
    if (t->empty && *s != '}') text_put(out, "\n");
    t->empty = false;
    for (int i = 0; i < t->indent; i++) text_put(out, "    ");
    text_write(out, s, n);
    text_put(out, "\n");
}

static void code_line(indenter *t, const char *s, size_t n) {
    t->indent = indent_of(t, s, n);
    put_line(t, s, n);
    if (*s == '#' || is_macro(s, n)) return;
    if (!t->continued) {
        t->header = begins_any(s, n, header_words) || *s == '}';
        t->closings = 0;
        t->statement = t->indent;
    }
    block *b = &t->blocks[t->n - 1];
    if (begins(s, n, "if") || begins(s, n, "else")) b->if_indent = t->indent;
    t->last = 0;
    scan(t, s, n);
    if (t->last) finish_line(t, s, n);
}

static void comment_line(indenter *t, const char *s, size_t n) {
    for (int i = 0; i < t->indent; i++) text_put(t->out, "    ");
    text_put(t->out, *s == '*' ? " " : "   ");
    text_write(t->out, s, n);
    text_put(t->out, "\n");
    scan(t, s, n);
}

void text_indented(text *out, const char *code, int depth) {
    indenter t = {.out = out, .n = 1, .blocks = {{depth - 1, depth, false}}};
    for (const char *s = code, *end; *s; s = *end ? end + 1 : end) {
        end = s + strcspn(s, "\n");
        while (s < end && isspace((unsigned char)*s)) s++;
        size_t n = (size_t)(end - s);
        while (n && isspace((unsigned char)s[n - 1])) n--;
        if (!n) {
            t.empty = out->size && t.last != '{';
        } else if (t.comment) {
            comment_line(&t, s, n);
        } else if (n == 1 && *s == ';' && t.continued) {
            out->bytes[out->size - 1] = ';';
            text_put(out, "\n");
            t.continued = false;
            t.headers = 0;
        } else {
            code_line(&t, s, n);
        }
    }
}
