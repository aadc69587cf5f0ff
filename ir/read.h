/* Between the files that read the textual form. */
#ifndef CNNC_READ_H
#define CNNC_READ_H

#include "ir/scan.h"

/* A value by its number or name. */
typedef struct binding {
    const char *key; /* NULL: an empty place */
    value *value;
} binding;

/* A section of bytes behind the graph. */
typedef struct section {
    int64_t number;
    size_t place, size;
    const unsigned char *bytes;
    bool read; /* some constant has it */
    struct section *next;
} section;

typedef struct reader {
    scanner scan;
    arena *arena;
    graph *graph;
    region *detached; /* of nodes that only hold the attributes of an expression's operator */
    binding *bindings;
    size_t n_bindings, max_bindings; /* a power of two, at most half full */
    section *sections;
    size_t unfolded; /* bytes of constants so far, which "..." could make any number */
    int depth;
} reader;

/* Depth of regions, types, dimensions and expressions together. */
bool read_deeper(reader *r);

/* ---- read_type.c ---- */

bool read_type(reader *r, value_type *t);

/* ---- read_data.c ---- */

/* Numbers or strings in braces, of c->type. */
bool read_data(reader *r, constant *c);
/* A type and data: the value of an attribute. */
bool read_parameter(reader *r, const char *origin, constant **c);
/* The sections behind the graph; the text then ends before them. */
bool read_sections(reader *r);
/* That each has been read. */
bool check_sections(reader *r);

/* ---- read_expr.c ---- */

/* Whether `name =` is next. */
bool attr_follows(scanner ahead);
/* That attribute of n. */
bool read_attr(reader *r, node *n);
/* An epilogue or prologue of n. */
bool read_expr(reader *r, const node *n, const expr **e);

#endif
