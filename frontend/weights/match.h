/* Which entry of an archive is which parameter. */
#ifndef CNNC_WEIGHTS_MATCH_H
#define CNNC_WEIGHTS_MATCH_H

#include "frontend/weights/archive.h"
#include "frontend/weights/weights.h"

typedef struct matching {
    archive_entry **found; /* one for each parameter; NULL: none */
    bool *used;            /* for each entry: it has a parameter, or never needs one */
} matching;

/* By the very name, then by what is left of names once the rules of match.c have made them alike. */
matching match_entries(const parameter *p, int n, const archive *f);

/* The same elements in the same order: equal but for axes of size 1, or a dense layer against the convolution that reads
 * its whole input. */
bool match_shape(const value_type *ours, const value_type *theirs);

#endif
