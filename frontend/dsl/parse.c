/* Between scanner and grammar: which line ends close a statement, which comments document what. */
#include "frontend/dsl/parse.h"

#include "dsl/cnn.tab.h"

#include <string.h>

int dsl_lex(DSL_STYPE *semantic, size_t *at, parser *p);

ast *ast_new(parser *p, ast_kind kind, size_t at) {
    ast *n = ARENA_NEW(p->arena, ast);
    n->kind = kind;
    n->text = p->source;
    n->at = at;
    return n;
}

void parser_error(parser *p, size_t at, const char *hint, const char *format, ...) {
    if (p->errors++ >= PARSE_MAX_ERRORS) return;
    char message[400];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    diag_error_at(p->diags, p->source, at, hint, "%s", message);
}

bool parser_unclosed(parser *p, size_t at, size_t *open) {
    int n = p->brackets ? p->brackets : p->unclosed;
    if (n > PARSE_MAX_BRACKETS) n = PARSE_MAX_BRACKETS;
    p->brackets = p->unclosed = 0;
    if (!n) return false;
    *open = p->opened[n - 1];
    return memchr(p->source->text + *open, '\n', at - *open) != NULL;
}

/* ---- line ends ---- */

/* A statement may end behind it. */
static bool is_complete(int kind) {
    switch (kind) {
    case NAME: case INTEGER: case NUMBER: case TRUTH: case NONE: case TYPE: case UNQUOTE: case ')': case ']': case '}': return true;
    default: return false;
    }
}

/* A statement goes on with it, on a new line too. */
static bool goes_on(int kind) {
    switch (kind) {
    case PIPE: case ARROW: case ELSE: case THEN: case AND: case OR: case EQUAL: case UNEQUAL: case AT_MOST: case AT_LEAST:
    case FLOOR_DIV: case POWER: case '+': case '*': case '/': case '%': case '<': case '>': case '.': case ',': case ')': case ']':
        return true;
    default: return false;
    }
}

static void add_doc(parser *p, const dsl_token *t) {
    const char *line = p->source->text + t->at + 2;
    int size = (int)t->size - 2;
    if (size && *line == ' ') line++, size--;
    if (size && line[size - 1] == '\r') size--;
    p->doc = p->doc ? arena_printf(p->arena, "%s\n%.*s", p->doc, size, line) : arena_strndup(p->arena, line, (size_t)size);
}

bool line_end_counts(int last, int next) { return is_complete(last) && !goes_on(next); }

/* The next token that is no comment; *lines: line ends before it. */
static dsl_token next_word(parser *p, int *lines) {
    for (*lines = 0;;) {
        dsl_token t = scanner_next(p);
        if (t.kind == DOC) add_doc(p, &t);
        else if (t.kind == LINE_END && ++*lines > 1) p->doc = NULL; /* a blank line parts it from what follows */
        else if (t.kind != LINE_END && t.kind != COMMENT) return t;
        if (t.kind == DOC) *lines = 0;
    }
}

static void count_brackets(parser *p, const dsl_token *t) {
    p->unclosed = 0;
    if (t->kind == '(' || t->kind == '[') {
        if (p->brackets < PARSE_MAX_BRACKETS) p->opened[p->brackets] = t->at;
        p->brackets++;
    } else if ((t->kind == ')' || t->kind == ']') && p->brackets > 0) {
        p->brackets--;
    } else if (t->kind == '{' || t->kind == '}') {
        p->unclosed = p->brackets;
        p->brackets = 0;
    }
}

static dsl_token next_token(parser *p) {
    if (p->has_ahead) {
        p->has_ahead = false;
        return p->ahead;
    }
    size_t end = p->at;
    int lines;
    dsl_token t = next_word(p, &lines);
    bool closing = t.kind == 0 || t.kind == '}';
    if (!(lines || closing) || p->brackets || !line_end_counts(p->last, t.kind)) return t;
    p->ahead = t;
    p->has_ahead = true;
    return (dsl_token){.kind = END, .at = end};
}

int dsl_lex(DSL_STYPE *semantic, size_t *at, parser *p) {
    if (p->errors >= PARSE_MAX_ERRORS) return 0;
    dsl_token t = next_token(p);
    if (t.kind == SEMICOLON) t.kind = END;
    count_brackets(p, &t);
    if (t.node && (t.kind == NETWORK || t.kind == BLOCK || t.kind == INLINE)) {
        t.node->doc = p->doc;
        p->doc = NULL;
    }
    semantic->node = t.node;
    *at = t.at;
    return p->last = t.kind;
}

ast *parse_text(const source_text *source, arena *a, diagnostics *d, bool *ok) {
    parser p = {.source = source, .arena = a, .diags = d};
    if (source->size > INT32_MAX / 2) {
        *ok = diag_error(d, source->file, NULL, "is too large");
        return NULL;
    }
    *ok = scanner_open(&p);
    if (!*ok) return NULL;
    *ok = dsl_parse(&p) == 0 && !p.errors;
    scanner_close(&p);
    return p.program;
}
