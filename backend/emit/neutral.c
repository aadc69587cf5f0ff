#include "backend/emit/neutral.h"

#include <ctype.h>
#include <string.h>

static bool in_name(char c) { return isalnum((unsigned char)c) || c == '_'; }

/* Something ends here that an operator can follow. */
static bool ends_operand(const text *t) {
    if (!t->size) return false;
    char c = t->bytes[t->size - 1];
    return in_name(c) || c == ')' || c == ']';
}

/* s is ` + 0` or the like, and what follows leaves it neutral: 0 * x, 0.5f and 10 are others, and so is 0 ? x : y. */
static bool is_neutral(const char *s) {
    if (strncmp(s, " + 0", 4) && strncmp(s, " - 0", 4) && strncmp(s, " * 1", 4) && strncmp(s, " / 1", 4)) return false;
    const char *next = s + 4;
    if (in_name(*next) || *next == '.') return false;
    next += strspn(next, " \n");
    return s[1] == '*' || s[1] == '/' || !strchr("*/%", *next) || !*next;
}

/* What is written ends with (name, and code goes on with the closing parenthesis: unless they belong to a call they go. */
static const char *drop_parentheses(text *t, const char *s) {
    size_t name = t->size;
    while (name && in_name(t->bytes[name - 1])) name--;
    if (*s != ')' || name < 3 || t->bytes[name - 1] != '(' || t->bytes[name - 2] != ' ' || !strchr("+-*", t->bytes[name - 3]))
        return s;
    memmove(t->bytes + name - 1, t->bytes + name, t->size - name + 1);
    t->size--;
    return s + 1;
}

static size_t literal_length(const char *s) {
    size_t n = 1;
    while (s[n] && s[n] != *s) n += s[n] == '\\' && s[n + 1] ? 2 : 1;
    return n + (s[n] != 0);
}

void text_without_neutral(text *out, const char *code) {
    for (const char *s = code; *s;) {
        if (*s == '"' || *s == '\'') {
            size_t n = literal_length(s);
            text_write(out, s, n);
            s += n;
        } else if (*s == ' ' && ends_operand(out) && is_neutral(s)) {
            s = drop_parentheses(out, s + 4);
        } else {
            text_write(out, s++, 1);
        }
    }
}
