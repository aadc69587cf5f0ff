/* Output files that appear together or not at all: written under temporary names beside their targets, renamed into
 * place once every byte is known to be on disk. */
#ifndef CNNC_OUTPUT_H
#define CNNC_OUTPUT_H

#include "ir/ir.h"

enum { OUTPUT_MAX = 4 };

typedef struct output_set {
    arena *arena;
    diagnostics *diags;
    struct {
        const char *path, *temporary;
        FILE *stream;
    } files[OUTPUT_MAX];
    int n;
} output_set;

/* A stream to write to; NULL after an error. */
FILE *output_open(output_set *s, const char *path);
bool output_commit(output_set *s);
void output_discard(output_set *s);

#endif
