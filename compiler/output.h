/* Output files that appear together or not at all: written under temporary names beside their targets, renamed into
 * place once every byte is known to be on disk. */
#ifndef CNNC_OUTPUT_H
#define CNNC_OUTPUT_H

#include "ir/ir.h"

enum { OUTPUT_MAX = 16 };

typedef struct output_set {
    arena *arena;
    diagnostics *diags;
    struct {
        const char *path, *temporary;
        FILE *stream;
    } files[OUTPUT_MAX];
    int n;
    const char *folders[OUTPUT_MAX]; /* made for them */
    int n_folders;
} output_set;

/* Makes the folders that the path of a file goes through, where they are missing. False after an error. */
bool output_folder(output_set *s, const char *file);

/* A stream to write to; NULL after an error. */
FILE *output_open(output_set *s, const char *path);
bool output_commit(output_set *s);
void output_discard(output_set *s);

#endif
