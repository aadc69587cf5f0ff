/* Output files that appear together or not at all: written under temporary names beside their targets, renamed into
 * place once every byte is known to be on disk. Where one of them cannot take its place, those that have go back, to what
 * was there before. No file system renames several files at once: who ends the process between two renames by a signal that
 * cannot be held (SIGKILL, a power failure) leaves some old files and some new ones, each of them whole. Files that belong
 * together must then tell (backend/emit: the source wants its header and its weights by their hashes). */
#ifndef CNNC_OUTPUT_H
#define CNNC_OUTPUT_H

#include "ir/ir.h"

enum { OUTPUT_MAX = 16 };

typedef struct output_set {
    arena *arena;
    diagnostics *diags;
    struct {
        const char *path, *temporary;
        const char *old; /* a second name of the file that was there, until all have taken their places; NULL: none was */
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
bool output_commit(output_set *s); /* in the order of opening: the last one vouches for the others */
void output_discard(output_set *s);

#endif
