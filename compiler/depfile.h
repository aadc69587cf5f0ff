/* --depfile: which files an output was made from, as a rule of make, which Ninja, CMake and Meson read too. */
#ifndef CNNC_DEPFILE_H
#define CNNC_DEPFILE_H

#include "ir/ir.h"

typedef struct file_list {
    arena *arena;
    const char **paths; /* absolute: who reads the rule may be in another folder. Each once, in the order of reading */
    int n, capacity;
} file_list;

void file_list_add(void *list, const char *path); /* diagnostics.on_read */

/* "OUT.c: MODEL FILE...", only that output, for Ninja refuses others that it was not told of. An empty rule for each input but
 * the first lets a file that is gone mean: make it again. */
void depfile_write(FILE *f, const char *output, const file_list *inputs);

#endif
