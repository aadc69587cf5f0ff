/* Emitted C as a tree: what libclang says of one file, for one machine, as far as a proof needs it. */
#ifndef CNNC_TREE_H
#define CNNC_TREE_H

#include "ir/ir.h"

typedef enum c_kind { TYPE_VALUE /* floats, vectors, structures: never an address */, TYPE_INTEGER, TYPE_POINTER, TYPE_ARRAY, TYPE_STRUCTURE } c_kind;

typedef struct c_type {
    c_kind kind;
    int64_t size;    /* bytes; -1: not known */
    int64_t element; /* POINTER, ARRAY: bytes of what it points to; 0: void or a function */
    int64_t count;   /* ARRAY: elements; -1: not known */
    bool constant;   /* it, or the elements, cannot change */
    int64_t lo, hi;  /* INTEGER: what it can hold (of 64 bits without sign: up to INT64_MAX, more counts as not known) */
} c_type;

typedef enum node_kind {
    NODE_NUMBER,      /* value */
    NODE_DATA,        /* nothing is known of it; kids are evaluated */
    NODE_REFERENCE,   /* to: variable, or function */
    NODE_UNARY,       /* op, kids: operand */
    NODE_STEP,        /* op "+" or "-": ++ and --, kids: operand */
    NODE_BINARY,      /* op, kids: left, right */
    NODE_ASSIGN,      /* op "" or "+"…, kids: to, from */
    NODE_CONDITIONAL, /* kids: condition, then, else */
    NODE_CALL,        /* kids: callee, arguments */
    NODE_INDEX,       /* kids: base, index */
    NODE_MEMBER,      /* value: offset; kids: base; arrow */
    NODE_CAST,        /* kids: operand */
    NODE_LIST,        /* of initialisers */
    NODE_BLOCK,
    NODE_DECLARE, /* variable; kids: initialiser, or none */
    NODE_IF,      /* kids: condition, then, maybe else */
    NODE_FOR,     /* kids: start, condition, next, body; NULL where missing */
    NODE_RETURN,
    NODE_BREAK,
    NODE_CONTINUE,
    NODE_OTHER /* what emitted code has none of */
} node_kind;

struct value;
struct function;

typedef struct variable {
    const char *name;
    c_type type;
    int slot;    /* in the function, or -1: nothing is kept of it */
    int line;
    bool global, taken; /* taken: its address is */
    struct tree_node *initial; /* of globals of pointers and integers */
    struct object *memory; /* of arrays and structures */
} variable;

typedef struct tree_node {
    node_kind kind;
    int line;
    char op[4];
    bool arrow;
    c_type type;
    int64_t value;
    variable *variable;
    struct function *function;
    struct tree_node **kids;
    int n_kids;
    variable **changed; /* FOR: variables of slots that one round may change, declared outside */
    int n_changed;
    bool breaks, continues; /* FOR */
} tree_node;

typedef struct function {
    const char *name;
    variable **parameters;
    int n_parameters;
    tree_node *body; /* NULL: it is somewhere else */
    bool is_static, variadic;
    bool known;     /* a part of cnnc's own runtime, byte for byte, of which call.c knows what it does */
    bool harmless;  /* of the C library's mathematics: it touches no memory */
    c_type result;
    int line, n_slots;
    bool running;
    struct known_call *calls; /* what has been shown already */
    struct function *next;
} function;

typedef struct tree {
    const char *machine;
    function *functions; /* in the order of the file */
    variable **globals;
    int n_globals;
} tree;

/* `content` as the file `path`, with its header beside it (or given, when it is not on disk). NULL after an error: it does not parse
 * without warnings that count as errors. */
tree *tree_parse(const char *path, const char *content, const char *header_path, const char *header, const char *machine, arena *a, diagnostics *d);

#endif
