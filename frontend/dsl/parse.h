/* From text to a syntax tree. */
#ifndef CNNC_DSL_PARSE_H
#define CNNC_DSL_PARSE_H

#include "frontend/dsl/ast.h"

enum { PARSE_MAX_ERRORS = 20, PARSE_MAX_BRACKETS = 256 };

/* A token as the scanner finds it, comments and line ends too. */
typedef struct dsl_token {
    int kind; /* of cnn.tab.h; 0: the end */
    size_t at, size;
    ast *node; /* of names and literals */
} dsl_token;

/* What scanner and grammar share. */
typedef struct parser {
    const source_text *source;
    arena *arena;
    diagnostics *diags;
    int errors;
    void *scanner; /* flex's */
    size_t at;     /* where the scanner stands */
    dsl_token now;     /* the one being scanned */
    int inserts;   /* "…{ that are open */
    int brackets, unclosed; /* ( and [ that are open (line ends mean nothing in them); those that a brace cut off */
    size_t opened[PARSE_MAX_BRACKETS]; /* where */
    int last;      /* kind of the last token given to the grammar */
    dsl_token ahead;   /* read in advance when has_ahead */
    bool has_ahead;
    const char *doc; /* the ## lines just read */
    ast *program;
} parser;

/* The declarations of a file, linked by `next`; *ok is false after errors, which have been reported. */
ast *parse_text(const source_text *source, arena *a, diagnostics *d, bool *ok);

/* scanner.l, for the formatter too */
bool scanner_open(parser *p);
dsl_token scanner_next(parser *p);
void scanner_close(parser *p);

/* Reports at a place; at most PARSE_MAX_ERRORS. */
void parser_error(parser *p, size_t at, const char *hint, const char *format, ...) IR_PRINTF(4, 5);

/* After a syntax error at `at`: whether a bracket on an earlier line is to blame. Forgets all open brackets. */
bool parser_unclosed(parser *p, size_t at, size_t *open);

/* Whether a line end between two tokens (outside of brackets) ends a statement. */
bool line_end_counts(int last, int next);

ast *ast_new(parser *p, ast_kind kind, size_t at);

#endif
