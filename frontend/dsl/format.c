/* The canonical form of a file: its own lines, with spaces and indentation as everybody's. */
#include "frontend/dsl/dsl.h"
#include "frontend/dsl/parse.h"

#include "dsl/cnn.tab.h"

#include <string.h>

enum { INDENT = 4, DEEPEST = 256, FARTHEST_PIPE = 40 };

/* A bracket that is open. */
typedef struct bracket {
    int kind;   /* ( [ {, TYPE for that of a type, INSERT in a string */
    bool typed; /* the parameter at hand has a colon: its = has spaces */
} bracket;

typedef struct formatter {
    const char *text;
    const dsl_token *tokens;
    int n;
    FILE *out;
    bracket open[DEEPEST];
    int depth, braces;
    bool in_text; /* between quotes */
    bool unary;   /* the last token was the sign of a number */
    int column;   /* where the line stands */
    int pipe;     /* column of the first |> of the statement, under which others go; -1: none */
} formatter;

static bool is_comment(int kind) { return kind == COMMENT || kind == DOC; }

static int inside(const formatter *f) { return f->depth ? f->open[f->depth < DEEPEST ? f->depth - 1 : DEEPEST - 1].kind : 0; }

/* The next token that is no comment and no line end; 0: the end. */
static int next_kind(const formatter *f, int i) {
    for (i++; i < f->n; i++)
        if (!is_comment(f->tokens[i].kind) && f->tokens[i].kind != LINE_END) return f->tokens[i].kind;
    return 0;
}

static void put(formatter *f, const char *bytes, size_t size) {
    fwrite(bytes, 1, size, f->out);
    for (size_t i = 0; i < size; i++) f->column += ((unsigned char)bytes[i] & 0xc0) != 0x80; /* UTF-8 */
}

/* ---- brackets ---- */

static void push(formatter *f, int kind) {
    if (f->depth < DEEPEST) f->open[f->depth] = (bracket){.kind = kind};
    f->depth++;
    f->braces += kind == '{';
}

static void track(formatter *f, int kind, int last) {
    switch (kind) {
    case '(':
    case '{':
    case INSERT: push(f, kind); break;
    case '[': push(f, last == TYPE ? TYPE : '['); break;
    case ')':
    case ']':
    case '}':
    case INSERT_END:
        if (f->depth) f->braces -= inside(f) == '{', f->depth--;
        break;
    case ',':
    case ':':
        if (f->depth && f->depth <= DEEPEST) f->open[f->depth - 1].typed = kind == ':';
        break;
    default: break;
    }
    f->in_text = kind == QUOTE || kind == INSERT_END || (f->in_text && kind == TEXT_PART);
}

/* ---- spaces ---- */

static bool is_operand(int kind) { return line_end_counts(kind, 0); }

static bool is_tight_equals(const formatter *f) {
    return inside(f) == '(' && f->depth <= DEEPEST && !f->open[f->depth - 1].typed;
}

/* Between two tokens of a line. */
static bool has_space(const formatter *f, int last, int kind) {
    if (f->in_text || kind == INSERT_END || last == INSERT) return false;
    if (last == '(' || last == '[' || last == '.' || kind == ')' || kind == ']' || kind == ',' || kind == '.' || kind == ':' || kind == SEMICOLON) return false;
    if (last == ',') return inside(f) != TYPE;
    if ((kind == '(' || kind == '[') && is_operand(last)) return false;
    if ((last == '=' || kind == '=') && is_tight_equals(f)) return false;
    if (last == UPTO || last == THROUGH || kind == UPTO || kind == THROUGH) return false;
    return !f->unary;
}

static void put_token(formatter *f, const dsl_token *t, int last, bool first) {
    if (!first && has_space(f, last, t->kind)) put(f, " ", 1);
    bool starts_pipe = t->kind == PIPE && f->pipe < 0 && !first && (!f->depth || inside(f) == '{');
    if (starts_pipe && f->column <= FARTHEST_PIPE) f->pipe = f->column;
    size_t size = t->size;
    if (is_comment(t->kind))
        while (size && strchr(" \t\r", f->text[t->at + size - 1])) size--;
    put(f, f->text + t->at, size);
    f->unary = t->kind == '-' && !is_operand(last);
    track(f, t->kind, last);
}

/* ---- lines ---- */

/* Whether the line that begins with a token goes on with the statement before. */
static bool continues(const formatter *f, int kind, int last) {
    if (f->depth && inside(f) != '{') return kind != ')' && kind != ']';
    return last && last != '{' && last != SEMICOLON && kind != ELSE && kind != '}' && !line_end_counts(last, kind);
}

static void indent(formatter *f, int i, int last) {
    int kind = is_comment(f->tokens[i].kind) ? next_kind(f, i) : f->tokens[i].kind;
    bool goes_on = continues(f, kind, last), in_brackets = f->depth && inside(f) != '{';
    f->column = 0;
    if (!goes_on && !in_brackets) f->pipe = -1;
    int levels = f->braces + goes_on - (f->tokens[i].kind == '}');
    int columns = goes_on && !in_brackets && kind == PIPE && f->pipe >= 0 ? f->pipe : levels * INDENT;
    for (int k = 0; k < columns; k++) put(f, " ", 1);
}

/* Nothing but semicolons from token i to the end of the line: they mean nothing there. */
static bool is_over(const formatter *f, int i) {
    while (i < f->n && f->tokens[i].kind == SEMICOLON) i++;
    return i == f->n || f->tokens[i].kind == LINE_END;
}

/* One line from token i on; the token behind it. */
static int put_line(formatter *f, int i, int *last) {
    int before = *last;
    for (bool first = true; i < f->n && f->tokens[i].kind != LINE_END; i++, first = false) {
        const dsl_token *t = &f->tokens[i];
        if (t->kind == SEMICOLON && is_over(f, i)) continue;
        if (first) indent(f, i, before);
        put_token(f, t, first ? before : *last, first);
        if (!is_comment(t->kind)) *last = t->kind;
    }
    fputc('\n', f->out);
    return i < f->n ? i + 1 : i;
}

static void put_lines(formatter *f) {
    bool blank = false;
    int last = 0, written = 0;
    for (int i = 0; i < f->n;) {
        if (is_over(f, i)) {
            blank = true;
            i++;
            continue;
        }
        if (blank && written && last != '{' && f->tokens[i].kind != '}') fputc('\n', f->out);
        blank = false;
        i = put_line(f, i, &last);
        written++;
    }
}

/* ---- the whole ---- */

static dsl_token *scan_all(const source_text *s, arena *a, int *n) {
    diagnostics quiet = {.stream = NULL};
    parser p = {.source = s, .arena = a, .diags = &quiet};
    dsl_token *tokens = NULL;
    int room = 0;
    *n = 0;
    if (!scanner_open(&p)) return NULL;
    for (dsl_token t; (t = scanner_next(&p)).kind;) {
        if (*n == room) {
            room = 2 * room + 256;
            dsl_token *more = ARENA_ARRAY(a, dsl_token, room);
            if (*n) memcpy(more, tokens, sizeof *more * (size_t)*n);
            tokens = more;
        }
        tokens[(*n)++] = t;
    }
    scanner_close(&p);
    return tokens;
}

bool dsl_format(const source_text *s, FILE *out, arena *a, diagnostics *d) {
    bool ok;
    parse_text(s, a, d, &ok);
    if (!ok) return false;
    formatter f = {.text = s->text, .out = out};
    f.tokens = scan_all(s, a, &f.n);
    put_lines(&f);
    return true;
}
