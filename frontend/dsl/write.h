/* A graph on its way to a .cnn file: write.c, and write_control.c for nodes that have regions. */
#ifndef CNNC_DSL_WRITE_H
#define CNNC_DSL_WRITE_H

#include "ir/names.h"
#include "frontend/weights/weights.h"
#include "ir/ir.h"

typedef struct writer {
    FILE *out, *blocks; /* the network; bodies of loops, before it */
    arena *arena;
    diagnostics *diags;
    const char **names; /* of values by id; NULL: not written yet */
    int n_values;
    names identifiers, weights;
    parameter *parameters;
    int n_parameters;
    int exits; /* written so far */
} writer;

/* A name that nothing in the file has, like the one wished for. */
const char *identifier(writer *w, const char *wish);
const char *name_of(writer *w, const value *v);
/* Names between commas, behind a text. */
void put_names(writer *w, value *const *values, int n, const char *before);
/* "let a, b = ": the results of a node, used or not. */
void put_results(writer *w, const node *n, int count);

/* Lines of their own; false after an error. What has been written is not written again. */
bool put_constant(writer *w, value *v);
bool put_values(writer *w, value *const *values, int n); /* constants among them */
bool put_operator(writer *w, const node *n);

/* The nodes of the network; what follows an exit is its other branch. The region where it ends, which has the results. */
const region *put_network(writer *w, const region *r);

#endif
