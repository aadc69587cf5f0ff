/* The syntax tree of a .cnn file: one kind of node for all, lists linked by `next`. */
#ifndef CNNC_DSL_AST_H
#define CNNC_DSL_AST_H

#include "ir/ir.h"

typedef enum ast_kind {
    /* expressions */
    AST_INT,           /* integer */
    AST_FLOAT,         /* number */
    AST_BOOL,          /* integer: 0 or 1 */
    AST_NONE,          /* nothing given */
    AST_STRING,        /* a: the parts, AST_TEXT or expressions in braces */
    AST_TEXT,          /* name: bytes */
    AST_NAME,          /* name */
    AST_LIST,          /* a: elements */
    AST_COMPREHENSION, /* a: element; b: AST_FOR with neither body */
    AST_RANGE,         /* a .. b */
    AST_UNARY,         /* op a */
    AST_BINARY,        /* a op b */
    AST_CHOICE,        /* if a then b else c */
    AST_CALL,          /* a (b: arguments, AST_ARGUMENT) */
    AST_ARGUMENT,      /* name = a, or a alone */
    AST_INDEX,         /* a [b] */
    AST_MEMBER,        /* a . name */
    AST_PIPE,          /* a |> b */
    AST_LABEL,         /* a (a string): b */
    AST_TYPE,          /* name [a: dimensions] */
    AST_DIM,           /* a, or name in a .. b */
    /* statements */
    AST_LET,      /* a: pattern, b: value */
    AST_ASSIGN,   /* name = a */
    AST_EVALUATE, /* a */
    AST_RETURN,   /* a: arguments */
    AST_EXIT,     /* when a -> b: arguments */
    AST_FOR,      /* a: AST_PATTERNs (index and element, or element), b: over what, c: body */
    AST_PATTERN,  /* name, or a: a list of patterns */
    AST_WHEN,     /* if a { b } else { c } */
    AST_SCOPE,    /* scope a { b } */
    /* declarations */
    AST_PARAMETER, /* name: type a = default b */
    AST_BLOCK,     /* name(a: parameters) { b }; op: BLOCK_… */
    AST_INCLUDE    /* name: path */
} ast_kind;

enum { BLOCK_PLAIN, BLOCK_INLINE, BLOCK_NETWORK };

typedef struct ast {
    ast_kind kind;
    int op; /* a token, or a kind of block */
    const source_text *text;
    size_t at; /* in text */
    const char *name;
    int64_t integer;
    double number;
    const char *doc; /* of declarations: the ## lines before them, or NULL */
    struct ast *a, *b, *c, *next;
} ast;

typedef struct ast_list {
    ast *first, *last;
} ast_list;

static inline ast_list ast_append(ast_list l, ast *item) {
    if (!item) return l;
    if (l.last) l.last->next = item;
    else l.first = item;
    l.last = item;
    return l;
}

static inline int ast_count(const ast *list) {
    int n = 0;
    for (; list; list = list->next) n++;
    return n;
}

#endif
