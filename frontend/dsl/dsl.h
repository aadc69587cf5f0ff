/* Networks written in cnnc's own language (see README.md in this folder). */
#ifndef CNNC_DSL_H
#define CNNC_DSL_H

#include "frontend/frontend.h"
#include "frontend/weights/weights.h"

/* A file as it is; NULL and errno if it cannot be read. */
source_text *dsl_load(const char *path, arena *a);

/* The parameters of a network, whose constants have no data yet. */
typedef struct dsl_parameters {
    parameter *all;
    int count;
} dsl_parameters;

/* NULL after errors, which name their places. */
graph *dsl_lower(const source_text *source, const frontend_options *o, arena *a, diagnostics *d, dsl_parameters *parameters);

/* dsl_lower with the values of its parameters. */
graph *dsl_read(const char *path, const frontend_options *o, arena *a, diagnostics *d);

/* The file in its canonical form; false after an error in it. */
bool dsl_format(const source_text *source, FILE *out, arena *a, diagnostics *d);

/* Layers and functions, from their tables. */
void dsl_print_layers(FILE *f);

/* A graph as text, which reads back to the same network with the weights that go beside it (.safetensors). False after
 * an error: what the language cannot say. */
bool dsl_write(const graph *g, FILE *text, FILE *weights, arena *a, diagnostics *d);

#endif
