/* What conv_tile.c.in, the register tile's text, is given by families that use it for plain products: positions one behind
 * the other, [in block][position][16], times weights [out block][in block][16 ic][16 oc]. */
#ifndef CNNC_KERNELS_CONV_TILE_H
#define CNNC_KERNELS_CONV_TILE_H

#include "backend/kernels/narrow.h"
#include "backend/kernels/register_tile.h"
#include "backend/plan/plan.h"

/* What is multiplied: float32; pairs of bf16 or of 16-bit integers, of which a product takes two input channels. */
typedef enum tile_numbers { TILE_F32, TILE_BF16, TILE_I16 } tile_numbers;

typedef struct tile_product {
    int64_t positions;             /* of a run */
    int64_t in_blocks, last_lanes; /* lanes: input channels of the last block */
    tile_numbers numbers;
    int64_t weights;               /* bytes of all that runs go over: those beyond the caches are fetched ahead */
    bool cold;                     /* the plan's */
} tile_product;

/* How numbers are multiplied; weights of pairs are [out block][in block][8 pairs][16 oc][2 ic]. Variables element (the C type),
 * next_channel (the loop's step), line (numbers in a cache line of weights), unroll (all pairs of a block: a loop of two rounds
 * costs a tenth), vector, acc (what sums are in, v16 or v16i), total (the C type of one), product, and splat and splat_end, around
 * the place of what multiplies all weights of a vector. narrow_define adds those of the weights, unless they are integers. */
void conv_tile_define_elements(template_env *e, tile_numbers numbers);

/* Bytes of a number that is multiplied: an input, or a weight in the caches. */
int64_t conv_tile_number_bytes(tile_numbers numbers);
/* Its type. */
dtype conv_tile_elem(tile_numbers numbers);
/* A machine whose multiply-adds are products of such numbers: for the choice of register tiles. */
target conv_tile_machine(tile_numbers numbers, const target *t);

/* Where the weight that belongs at `at` of [16 ic][16 oc] is in pairs. */
int64_t conv_tile_pair(int64_t at);

/* What a family's callbacks are given while the tiles of a step are written. */
typedef struct tile_context {
    const plan *plan;
    const step *step; /* its schedule is the family's */
    const template_env *env;
    const char *path; /* of the tile's text */
    bool flat;        /* c16_leaf */
    bool ok;          /* cleared where a text has a mistake */
} tile_context;

/* Callbacks tile(rows), the text of a row of tiles, and target(o, r, c), where a position of output block o is stored; c may be
 * left out. */
void conv_tile_define_text(template_env *e, tile_context *t);

/* Convolution weights w, [OC][IC][KH][KW], as [OC/16][IC/lanes][KH][KW][lanes ic][16 oc], of pairs [lanes/2][16 oc][2 ic], each
 * stored as n says. `to` holds zeros. */
void conv_tile_write_weights(const constant *w, int64_t lanes, const narrow_weights *n, void *to);

/* Those of a 1x1 convolution of float32, not in pairs. */
packed conv_tile_weights(const node *n);

/* All variables but in_blocks, x_block and rows; callbacks but target and result. Where `chunks` is more than 1, the text
 * around the tile is a loop over chunks of `chunk` input blocks, with k0, k1, and sum at the beginning of sums[`sums`]. */
void conv_tile_define_product(template_env *e, const register_tile *t, const tile_product *p, const target *machine);

#endif
