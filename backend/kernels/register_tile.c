#include "backend/kernels/register_tile.h"
#include "backend/schedule/schedule.h"

#include <math.h>

static double eighth_power(double x) {
    const double square = x * x, fourth = square * square;
    return fourth * fourth;
}

/* Cycles a tile of `positions` takes for one input channel: the FMAs, never less than the latency of dependent ones or the
 * loads of weights and broadcasts, two a cycle. */
static double tile_cycles(const tile_plane *p, int64_t blocks, int64_t positions, const target *t) {
    enum { FMA_LATENCY = 4 };
    double fma = (t->fma_cycles * (double)blocks + p->prepare) * (double)positions, loads = 0.5 * (double)(blocks * t->registers + positions);
    double cycles = sqrt(sqrt(sqrt(eighth_power(fma) + eighth_power(loads)))); /* each delays the other where they are close */
    /* among equals the one whose weights take less of L1, then the one with fewer loads */
    return (cycles > FMA_LATENCY ? cycles : FMA_LATENCY) + 0.02 * (double)(blocks * blocks) + 0.002 * loads;
}

/* What is left of a row behind the full tiles: one small tile, or one and a full tile shared out evenly. */
static void choose_tail(const tile_plane *p, register_tile *t, const target *machine) {
    int64_t unit = p->unit[1], rest = p->width % t->cols, positions = t->rows;
    t->tail[0] = rest, t->tail[1] = 0;
    if (!rest || p->width < t->cols) return;
    int64_t more = (rest + t->cols) / unit, first = (more + 1) / 2 * unit, second = more / 2 * unit;
    double apart = tile_cycles(p, t->blocks, positions * t->cols, machine) + tile_cycles(p, t->blocks, positions * rest, machine);
    double even = tile_cycles(p, t->blocks, positions * first, machine) + tile_cycles(p, t->blocks, positions * second, machine);
    if (even < apart) t->tail[0] = first, t->tail[1] = second;
}

int64_t register_tile_full_columns(const register_tile *t, int64_t width) { return width - t->tail[0] - t->tail[1]; }

int64_t register_tile_lines_ahead(const register_tile *t, const tile_plane *plane, int64_t lines, int64_t bytes, bool cold,
                                  const target *machine) {
    if (bytes <= cost_cached_weights(cold, machine)) return 0;
    if (t->varies) return lines;
    int64_t across = (register_tile_full_columns(t, plane->width) + t->cols - 1) / t->cols + (t->tail[0] > 0) + (t->tail[1] > 0);
    int64_t tiles = across * ((plane->height + t->rows - 1) / t->rows);
    int64_t others = tiles - 1; /* what the last one fetched would come too late */
    return others > 0 ? (lines + others - 1) / others : 0;
}

static double row_cycles(const tile_plane *p, const register_tile *t, int64_t rows, const target *machine) {
    double cycles = (double)(register_tile_full_columns(t, p->width) / t->cols) * tile_cycles(p, t->blocks, rows * t->cols, machine);
    for (int i = 0; i < 2; i++)
        if (t->tail[i]) cycles += tile_cycles(p, t->blocks, rows * t->tail[i], machine);
    return cycles;
}

static double plane_cycles(const tile_plane *p, const register_tile *t, const target *machine) {
    double cycles = (double)(p->height / t->rows) * row_cycles(p, t, t->rows, machine);
    if (p->height % t->rows) cycles += row_cycles(p, t, p->height % t->rows, machine);
    return cycles / (double)t->blocks;
}

/* Accumulators, a broadcast, and the weights of all blocks unless each is used once only. */
static bool fits(int64_t blocks, int64_t positions, const target *t) {
    int64_t weights = positions > 1 ? blocks * t->registers : 0;
    return blocks * positions <= t->accumulators && blocks * positions * t->registers + weights + 1 <= t->all_registers;
}

/* Keeps `best` sorted, the first of equals first. */
static int keep_tile(tile_choice *best, int n, int max, tile_choice try) {
    int at = n;
    while (at > 0 && try.cycles < best[at - 1].cycles) at--;
    if (at == max) return n;
    if (n < max) n++;
    for (int i = n - 1; i > at; i--) best[i] = best[i - 1];
    best[at] = try;
    return n;
}

int register_tile_list(const tile_plane *p, const target *machine, tile_choice *best, int max) {
    static const int64_t block_choices[] = {1, 2, 3, 4, 6, 8};
    int n = 0;
    for (size_t i = 0; i < sizeof block_choices / sizeof *block_choices; i++) {
        int64_t blocks = block_choices[i];
        if (p->out_blocks % blocks) continue;
        for (int64_t rows = p->unit[0]; rows <= p->height && fits(blocks, rows * p->unit[1], machine); rows += p->unit[0])
            for (int64_t cols = p->unit[1]; cols <= p->width && fits(blocks, rows * cols, machine); cols += p->unit[1]) {
                tile_choice try = {.tile = {.blocks = blocks, .rows = rows, .cols = cols}};
                choose_tail(p, &try.tile, machine);
                try.cycles = plane_cycles(p, &try.tile, machine);
                n = keep_tile(best, n, max, try);
            }
    }
    if (n) return n;
    best[0] = (tile_choice){.tile = {.blocks = 1, .rows = p->unit[0], .cols = p->unit[1]}, .cycles = 1e300};
    choose_tail(p, &best[0].tile, machine);
    return 1;
}

register_tile register_tile_choose(const tile_plane *p, const target *machine, double *cycles) {
    tile_choice best;
    register_tile_list(p, machine, &best, 1);
    if (cycles) *cycles = best.cycles;
    return best.tile;
}

tile_choice register_tile_varying(const tile_plane *p, const target *machine) {
    enum { LONGEST = 14, LIKELY = 84 /* a multiple of most tiles */ };
    tile_plane likely = {.height = p->unit[0], .width = LIKELY, .out_blocks = p->out_blocks, .unit = {p->unit[0], p->unit[1]}};
    tile_choice best;
    register_tile_list(&likely, machine, &best, 1);
    register_tile *tile = &best.tile;
    while (tile->cols > LONGEST) tile->cols = tile->cols / 2 / p->unit[1] * p->unit[1];
    tile->tail[0] = tile->tail[1] = 0;
    tile->varies = true;
    best.cycles *= (double)p->height * (double)p->width / (double)(likely.height * likely.width);
    return best;
}

void register_tile_define(const register_tile *t, int64_t width, template_env *e) {
    template_int(e, "blocks", t->blocks);
    template_int(e, "tile_rows", t->rows);
    template_int(e, "tile_cols", t->cols);
    template_int(e, "full_cols", register_tile_full_columns(t, width));
    template_int(e, "tail0", t->tail[0]);
    template_int(e, "tail1", t->tail[1]);
}

void register_tile_define_ahead(const register_tile *t, int64_t lines, template_env *e) {
    template_int(e, "ahead", lines);
    template_number(e, "lines_ahead", t->varies ? number_open("lines") : number_known(lines));
}
