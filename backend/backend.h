/* From a graph that the passes have finished to C. */
#ifndef CNNC_BACKEND_H
#define CNNC_BACKEND_H

#include "backend/plan/plan.h"

typedef enum weights_mode {
    WEIGHTS_AUTO,   /* inline when small, else embed */
    WEIGHTS_INLINE, /* C arrays */
    WEIGHTS_EMBED,  /* NAME.weights, drawn in by #embed or .incbin */
    WEIGHTS_FILE    /* NAME.weights, the caller passes a pointer to its bytes */
} weights_mode;

typedef struct backend_options {
    const char *prefix; /* of every public identifier: "resnet" */
    const char *files;  /* the names of the three files without extension; NULL: the prefix */
    weights_mode weights;
    bool threads;    /* emit the pthread pool */
    bool one_sample; /* an open batch does not show: the functions compute one sample, as the driver wants it */
    bool profile;    /* emit NAME_run_profiled, which times each step */
    bool self_test;  /* emit NAME_self_test, which holds each layer against the reference evaluator's sums */
    const char *model; /* file name for the header comment */
} backend_options;

/* Streams for the three files; `weights` is written only in EMBED and FILE mode (see backend_weights_mode);
 * NULL then: to look at the code only, whose weights no file will have. */
bool backend_emit(const plan *p, const backend_options *o, FILE *c, FILE *h, FILE *weights);
weights_mode backend_weights_mode(const plan *p, const backend_options *o); /* resolves AUTO */

/* What code, a program beside a model's, mentions of the vector vocabulary of a target; CNNC_TARGET belongs before its functions. */
void backend_vocabulary(const target *t, const char *code, text *out);

/* An identifier from any bytes: letters, digits and _; not a C keyword. Not made unique. */
char *identifier_from(arena *a, const char *name);

#endif
