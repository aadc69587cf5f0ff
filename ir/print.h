/* Between the files that print the textual form. */
#ifndef CNNC_PRINT_H
#define CNNC_PRINT_H

#include "ir/ir.h"

/* A constant's bytes, printed behind the graph. */
typedef struct blob {
    const void *data;
    size_t size;
} blob;

typedef struct printer {
    FILE *file;
    arena *arena;
    int *numbers; /* by value id: number + 1; 0: not mentioned yet */
    int next_number;
    bool *printed; /* by value id: constants that have their line */
    blob *blobs;
    int n_blobs, max_blobs;
} printer;

void print_quoted(FILE *f, const char *bytes, size_t size);
/* A short text that reads back to exactly x. */
void print_double(FILE *f, double x);
/* What stands in braces behind a constant's type. */
void print_data(printer *p, const constant *c);
/* The sections behind the graph that print_data referred to. */
void print_blobs(const printer *p);

#endif
