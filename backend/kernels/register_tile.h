/* The register tile of convolutions and products on NCHW16c: `blocks` output blocks of 16 channels x `rows` x `cols`
 * positions are accumulated at once. conv_tile.c.in is its text. */
#ifndef CNNC_KERNELS_REGISTER_TILE_H
#define CNNC_KERNELS_REGISTER_TILE_H

#include "backend/emit/template.h"
#include "backend/target/target.h"

typedef struct register_tile {
    int64_t blocks, rows, cols;
    int64_t tail[2]; /* columns of the one or two smaller tiles at the end of a row */
    bool varies;     /* made by register_tile_varying */
} register_tile;

typedef struct tile_plane {
    int64_t height, width; /* positions */
    int64_t out_blocks;    /* a tile's blocks divide them */
    int64_t unit[2];       /* rows and columns of a tile are multiples of these (windows of a fused pooling) */
    double prepare;        /* cycles that an input takes once for all blocks, beside its load */
} tile_plane;

/* With the cycles it takes for the whole plane, one input channel and one output block, everything in L1. */
typedef struct tile_choice {
    register_tile tile;
    double cycles;
} tile_choice;

/* The best tiles, at most `max` and at least one, the one with the fewest cycles first. Their count. */
int register_tile_list(const tile_plane *plane, const target *machine, tile_choice *best, int max);
/* The best one; *cycles unless NULL. */
register_tile register_tile_choose(const tile_plane *plane, const target *machine, double *cycles);
/* For a plane whose size is known at run time only, with cycles for the given one: one row, with a form for each number of
 * columns up to the tile's. Not too long; conv_tile.c.in shares out whatever remains between the last two. */
tile_choice register_tile_varying(const tile_plane *plane, const target *machine);
int64_t register_tile_full_columns(const register_tile *t, int64_t width); /* where the full tiles of a row end */
/* Of `lines` cache lines of weights that come next, those that each tile of a plane prefetches: where all weights that are
 * gone over, so many bytes, come from beyond the caches. 0 otherwise, and where there is one tile only. All of them where the plane
 * varies: emitted code shares them out. `cold`: the plan's. */
int64_t register_tile_lines_ahead(const register_tile *t, const tile_plane *plane, int64_t lines, int64_t bytes, bool cold,
                                  const target *machine);
/* Variables blocks, tile_rows, tile_cols, full_cols, tail0 and tail1. */
void register_tile_define(const register_tile *t, int64_t width, template_env *e);
/* Variables ahead, what register_tile_lines_ahead returned, and lines_ahead, those of a tile: a variable `lines` of the emitted
 * code where the plane varies. */
void register_tile_define_ahead(const register_tile *t, int64_t lines, template_env *e);

#endif
