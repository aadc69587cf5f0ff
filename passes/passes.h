/* Graph-to-graph passes: one file a pass, all of the same signature. passes/pipeline.c lists them in order. */
#ifndef CNNC_PASSES_H
#define CNNC_PASSES_H

#include "ir/ir.h"

typedef struct pass_options {
    bool conv_layouts;     /* assign NCHW16c to convolutional parts (off: everything stays row-major) */
    bool dense_rows;       /* fully connected layers stay products of rows, whose weights may have 4 bits */
    dtype compute;         /* DT_BF16: convolutional parts store and multiply in it; DT_NONE: as the model has it */
    bool rounds_halves;    /* results of 16-bit float types are rounded one by one, as the model says */
    const char *dump_pass; /* --dump-ir=after:NAME, or NULL */
    FILE *dump_stream;
} pass_options;

/* Rewrites g in place. False after an error, which it has reported. */
typedef bool pass_fn(graph *g, const pass_options *o);

typedef struct pass {
    const char *name; /* "fold_batchnorm", for --dump-ir and the tests */
    pass_fn *run;
    const char *purpose; /* one line, for `cnnc passes` */
} pass;

const pass *passes_all(int *count); /* in pipeline order */
const pass *pass_find(const char *name);

/* The whole recipe, with the verifier after each pass. */
bool passes_run(graph *g, const pass_options *o);

/* saliency.c: adds the output `saliency`, the gradient of one logit by the image, in the image's shape. Runs before the
 * recipe. False after an error. */
typedef struct saliency_options {
    relu_rule relu;
    bool fixed; /* the class is known; otherwise it becomes an input */
    int64_t class;
} saliency_options;

bool saliency_add(graph *g, const saliency_options *o);

/* crops.c: the network sees crops of a larger picture, one after the other, and its outputs are their means: as they are,
 * of probabilities where it ends in a softmax. The input that is a picture, [N,C,H,W] or [N,H,W,C], takes the larger one. Runs
 * before the recipe. False after an error. */
typedef struct crop_options {
    int count;       /* 0: none; 1: the centre; 5: and the corners; 10: and their mirror images */
    int64_t from[2]; /* rows and columns of the larger picture; 0: 256 for each 224 of the network's */
} crop_options;

bool crops_add(graph *g, const crop_options *o);

/* open_batch.c: whether no node mixes samples of the symbolic dimension; then it can be left open, from min to max, while g
 * computes one sample of it (graph.batch). Before the recipe. False after an error. */
bool batch_can_open(const graph *g, const char *name);
bool batch_open(graph *g, const char *name, int64_t min, int64_t max);
bool batch_is(const graph *g, const char *name); /* the first dimension of an input, and no other one */

/* open_sizes.c: of a graph some of whose symbols are open (graph_open_symbol), before the recipe. False after an error: sizes
 * that may differ where they must not. */
bool open_sizes_check(const graph *g);
/* What follows for types from symbols that have just been opened or bound; what nobody reads goes. */
bool open_sizes_settle(graph *g);

#endif
