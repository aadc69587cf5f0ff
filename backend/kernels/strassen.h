/* Products of weights with images [in block][position][16] by Strassen's algorithm in the form with 15 additions (S. Winograd,
 * "On multiplication of 2x2 matrices", 1971): rows, columns and positions are halved, seven products take the place of eight;
 * so does each of the seven again where there are two levels. Sums of weights are made at compile time, sums of products in
 * registers as tiles are finished; what is left are four sums of inputs a level. Odd numbers of blocks are halved unevenly. */
#ifndef CNNC_KERNELS_STRASSEN_H
#define CNNC_KERNELS_STRASSEN_H

#include "backend/kernels/register_tile.h"
#include "backend/plan/plan.h"

enum { STRASSEN_LEVELS = 2 };

typedef struct strassen {
    int levels;
    int64_t in_blocks, out_blocks; /* of 16 channels; at least 1 << levels each */
    int64_t unit;                  /* output blocks are halved into multiples of it, so that tiles may have that many */
    int64_t positions;             /* a multiple of 1 << levels */
    bool varies;                   /* positions are the most that there can be; how many, a variable `run` tells */
    bool prologue;                 /* images pass through something as they are loaded */
    int64_t weights, scratch;      /* floats */
    struct strassen_factor *factors; /* whose products are plain: 7 to the power of levels, in the order of their weights */
    int n_factors;
    register_tile tile[TARGET_MAX];
} strassen;

strassen strassen_make(const plan *p, int levels, int64_t in_blocks, int64_t out_blocks, int64_t positions, bool varies, bool prologue);

/* Cycles of one such product, weights in L2. */
double strassen_cycles(const target *t, int levels, int64_t in_blocks, int64_t out_blocks, int64_t positions);
/* What it takes longer with a prologue. */
double strassen_prologue_cycles(int64_t in_blocks, int64_t positions);

/* Of output channels times input channels, row by row. */
typedef struct weight_matrix {
    const float *data;
    int64_t rows, cols;
} weight_matrix;

/* All packed sums; `to`: zeroed at first. */
void strassen_pack(const strassen *s, const weight_matrix *w, float *to);

/* The text of the product. It reads these from its surroundings: image0, a position of the first block; block0, floats to the
 * next block; factor, the packed sums; scratch; run, the number of positions, where it varies. Finished vectors go
 * through callbacks `target` and `result` of `e`, as in
 * conv_tile.c.in, with b their output block and x their position, counted from `base`. */
typedef struct strassen_result {
    bool overlaps;  /* only positions x >= fresh are stored */
    bool scattered; /* rowC and colC are needed (c16.h) */
    const step *step; /* whose prologue images pass through */
} strassen_result;
bool strassen_emit(const strassen *s, const template_env *e, const plan *p, const target *machine, strassen_result r, text *out);

#endif
