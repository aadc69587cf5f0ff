/* Direct convolution in registers: a tile of `blocks` output blocks of 16 channels x `rows` x `cols` positions is
 * accumulated over all input channels and taps, then the epilogue is applied and the tile stored (DESIGN, "How it gets
 * fast", 2; the layout and blocking of Georganas et al., "Anatomy of high-performance deep learning convolutions on SIMD
 * architectures", 2018). Input: NCHW16c with a halo as wide as the padding, or (stems) padded NCHW. */
#include "backend/kernels/c16.h"
#include "backend/kernels/conv_tile.h"
#include "backend/kernels/narrow.h"
#include "backend/kernels/register_tile.h"
#include "backend/schedule/schedule.h"

#include <string.h>

enum {
    MAX_SUMS = 8192, /* floats on the stack */
    CHUNK_SHARE = 5, /* of L1, in sixteenths: what the weights of a chunk take */
};

typedef struct tiling {
    register_tile tile;
    int64_t parts, part;        /* the plane is worked on in `parts` parts of `part` rows (flat: columns), which stay in L2;
                                   varying ones are shared out evenly among as many as its size asks for */
    int64_t chunks, chunk;      /* input blocks whose weights stay in L1 while all tiles of a part go over them */
    int64_t sums;               /* floats of partial sums between chunks */
    int64_t ahead;              /* lines of the next weights that a tile prefetches for each tap of each input block; 0: none */
    double idle;                /* how much longer the busiest thread works than all would if they shared evenly: 1 or more */
} tiling;

typedef struct schedule {
    window window;
    int64_t group, in_blocks, lanes, last_lanes, out_blocks; /* per group of the convolution; lanes: channels of a block */
    int64_t height, width;                                   /* convolved plane as walked: flat ones have one row */
    int64_t likely[2];                                       /* height and width that are planned for */
    int64_t pool[2];                                         /* its windows are max-pooled: 1x1 where not */
    int64_t images, threads;
    bool loads;        /* the input passes through the prologue into scratch, which is convolved then */
    bool flat, varies; /* varies: height or width is open; then they are the most that it can be */
    bool cold;         /* plan's */
    tiling tiling[TARGET_MAX];
    narrow_weights narrow;
    int64_t slice;   /* the work that a part should not exceed; 0: it may have any */
    int bias, scale; /* operands, -1: none */
} schedule;

static bool accepts(const node *n) {
    if ((n->op != OP_conv && n->op != OP_conv_max_pool) || !c16_is(n->outputs[0]) || !c16_constants(n)) return false;
    int64_t group = node_int(n, "group"), in = type_size(&n->inputs[0]->type, 1), out = type_size(&n->outputs[0]->type, 1);
    if (n->epilogue && !expr_has_vector_form(n->epilogue)) return false;
    if (n->prologue && (!expr_has_vector_form(n->prologue) || !c16_is(n->inputs[0]) || schedule_is_open(n))) return false;
    return group == 1 || (in / group % C16 == 0 && out / group % C16 == 0);
}

/* ---- packing: blocks of 16 input channels; a stem's one block holds its few channels only ---- */

static void write_weights(const packed *k, void *to) {
    const schedule *s = k->context;
    conv_tile_write_weights(k->source, s->lanes, &s->narrow, to);
}

/* ---- choosing tile, parts and chunks ---- */

/* Of an input and, in the caches, a weight. */
static tile_numbers numbers_of(const schedule *s) { return s->narrow.pairs ? TILE_BF16 : TILE_F32; }
static int64_t number_bytes(const schedule *s) { return conv_tile_number_bytes(numbers_of(s)); }

/* With `steps` of the plane in parts of `part`, what the busiest of the threads does, to an even share. Iterations go over
 * the groups of output channels of a part, then the next part. */
static double idle_of(const schedule *s, int64_t groups, int64_t steps, int64_t part) {
    const int64_t parts = (steps + part - 1) / part, extent = parts * groups * s->group * s->images, whole = steps * groups;
    const double noticed = 1.03;
    int64_t before = 0, most = 0;
    if (s->varies || s->threads < 2 || whole < 1) return 1;
    for (int64_t i = 1; i <= s->threads; i++) {
        const int64_t end = extent * i / s->threads, at = end % (parts * groups), last = at / groups * part;
        const int64_t size = last + part < steps ? part : steps - last;
        const int64_t done = end / (parts * groups) * whole + last * groups + at % groups * size;
        if (done - before > most) most = done - before;
        before = done;
    }
    const double idle = (double)(most * s->threads) / (double)(whole * s->group * s->images);
    return idle < noticed ? 1 : idle;
}

/* Multiply-adds of one step (a row of tiles, or a tile of a flat plane) for a group of output channels. */
static int64_t step_work(const schedule *s, const register_tile *t, int64_t positions) {
    const int64_t ins = (s->in_blocks - 1) * s->lanes + s->last_lanes;
    return WORK(positions, t->blocks, C16, ins, s->window.kernel[0], s->window.kernel[1]);
}

/* Of one part, at most. */
static int64_t part_work(const schedule *s, const tiling *t) {
    const int64_t tail = t->tile.tail[0] + t->tile.tail[1];
    return step_work(s, &t->tile, s->flat ? t->part + tail : t->part * s->width);
}

/* Parts of the plane so that a part's input and the weights of one group of output channels stay in L2 while all groups
 * go over it, and that all threads have enough to do; of those the one that reads least from beyond L2. Where the plane
 * varies, what the last part lacks does not count. `cycles`: of all. */
static void choose_parts(const schedule *s, const operand *x, tiling *t, const target *machine, double cycles) {
    const window *w = &s->window;
    int64_t unit = s->flat ? t->tile.cols : t->tile.rows, width = s->likely[1];
    int64_t length = !s->flat ? s->likely[0] : s->varies ? width : register_tile_full_columns(&t->tile, width);
    int64_t steps = s->flat ? length / unit : (length + unit - 1) / unit;
    bool stem = x->layout.kind == LAYOUT_ROW_MAJOR;
    const int64_t groups = s->out_blocks / t->tile.blocks; /* of output channels */
    double taps = (double)(w->kernel[0] * w->kernel[1]);
    double weights = (double)(s->out_blocks * s->in_blocks * s->lanes * C16 * number_bytes(s)) * taps;
    /* bytes of an input row in one channel block */
    double line = (double)((s->flat ? C16 : stem ? x->dims[3] * s->lanes : x->row) * number_bytes(s));
    if (!s->flat) line = line * (double)width / (double)s->width;
    bool skips[2] = {w->kernel[0] < w->stride[0], w->kernel[1] < w->stride[1]}; /* rows or columns that are not read */
    if (!s->flat && skips[1]) line = line * (double)w->kernel[1] / (double)w->stride[1];
    double room = 0.6 * (double)machine->l2, least = 1e300;
    int64_t most = MAX_SUMS / (C16 * t->tile.blocks * (s->flat ? 1 : s->width)) / unit; /* steps whose partial sums have room */
    t->part = steps > 0 ? steps * unit : s->height, t->idle = idle_of(s, groups, 1, 1);
    if (t->chunks == 1 || most > steps) most = steps;
    if (s->slice) {
        const int64_t work = step_work(s, &t->tile, s->flat ? unit : unit * s->width);
        if (most * work > s->slice) most = s->slice / work;
    }
    for (int64_t n = most > 0 ? most : 1; n > 0; n = n > 16 ? n * 7 / 8 : n - 1) { /* steps of a part */
        const int64_t parts = (steps + n - 1) / n, size = s->threads > 1 && parts > 0 ? (steps + parts - 1) / parts : n, rows = size * unit;
        int64_t reach = s->flat || skips[0] ? rows * w->kernel[0] : (rows - 1) * w->stride[0] + (w->kernel[0] - 1) * w->dilation[0] + 1;
        if ((parts - 1) * size >= steps) continue;
        const double idle = idle_of(s, groups, steps, size), times = s->varies ? (double)steps / (double)size : (double)parts;
        double input = (double)(reach * s->in_blocks) * line;
        bool input_stays = input + weights / (double)groups / (double)t->chunks <= room, weights_stay = input + weights <= room;
        double bytes = times * input * (input_stays ? 1 : (double)groups) + weights * (weights_stay ? 1 : times);
        bytes += (idle - 1) * cycles * machine->l3_bytes;
        if (bytes < least * 0.999) least = bytes, t->part = rows, t->idle = idle;
    }
    int64_t walked = s->flat ? register_tile_full_columns(&t->tile, s->width) : s->height;
    t->parts = walked > t->part ? (walked + t->part - 1) / t->part : 1;
}

/* Weights of one group of output channels that do not fit in L1 are read in chunks of input blocks, each by all tiles of a
 * part; sums of a tile wait on the stack in between. */
static void choose_chunks(const schedule *s, tiling *t, const target *machine, int64_t share) {
    int64_t bytes = t->tile.blocks * s->window.kernel[0] * s->window.kernel[1] * s->lanes * C16 * number_bytes(s); /* of one input block */
    int64_t fit = machine->l1 * share / 16 / bytes;
    if (C16 * t->tile.blocks * t->tile.rows * s->width > MAX_SUMS && !s->flat) fit = s->in_blocks; /* no room for one row's sums */
    if (fit < 1) fit = 1;
    t->chunks = (s->in_blocks + fit - 1) / fit;
    t->chunk = (s->in_blocks + t->chunks - 1) / t->chunks;
    t->chunks = (s->in_blocks + t->chunk - 1) / t->chunk;
}

/* Weights from beyond L2 are fetched while the tiles go over those before them. */
static int64_t choose_ahead(const schedule *s, const tiling *t, const target *machine) {
    const int64_t lines = s->lanes * number_bytes(s) / 4, taps = s->window.kernel[0] * s->window.kernel[1];
    const tile_plane part = {.height = s->flat ? 1 : t->part, .width = s->flat ? t->part : s->likely[1]};
    return register_tile_lines_ahead(&t->tile, &part, lines, s->out_blocks * s->in_blocks * taps * lines * C16 * 4, s->cold, machine);
}

static target machine_of(const schedule *s, const target *t) { return conv_tile_machine(numbers_of(s), t); }

static tile_plane plane_of(const schedule *s) {
    return (tile_plane){.height = s->likely[0], .width = s->likely[1], .out_blocks = s->out_blocks, .unit = {s->pool[0], s->pool[1]}};
}

/* Input channels and taps of all output blocks and groups. */
static double lanes_of(const schedule *s) {
    return (double)(s->group * s->in_blocks * s->out_blocks * s->lanes) * (double)(s->window.kernel[0] * s->window.kernel[1]);
}

/* A product takes one of these, or a pair; of a single block only those that hold channels. */
static double products_of(const schedule *s) {
    const double held = s->in_blocks == 1 ? (double)s->last_lanes / (double)s->lanes : 1;
    return lanes_of(s) * held / (s->narrow.pairs ? 2 : 1);
}

/* `share`: of L1 that the weights of a chunk take, in sixteenths. */
static tiling make_tiling(const schedule *s, const operand *x, const target *t, const tile_choice *tile, int64_t share) {
    tiling made = {.tile = tile->tile};
    choose_chunks(s, &made, t, share);
    choose_parts(s, x, &made, t, (double)s->images * products_of(s) * tile->cycles);
    int64_t tail = made.tile.tail[0] + made.tile.tail[1];
    made.sums = C16 * made.tile.blocks * (s->flat ? made.part + tail : made.part * s->width);
    made.ahead = choose_ahead(s, &made, t);
    return made;
}

static int list_tiles(const schedule *s, const target *t, tile_choice *best, int max) {
    tile_plane plane = plane_of(s);
    const target machine = machine_of(s, t);
    if (!s->varies) return register_tile_list(&plane, &machine, best, max);
    *best = register_tile_varying(&plane, &machine);
    return 1;
}

enum { TILES = 6, SLICED_TILES = 64 /* small ones too */ };

/* The work that parts may have: what a slice may, or where no tile has so little, that of the least. */
static int64_t most_work(const schedule *s, const operand *x, const target *t, const tile_choice *tiles, int count) {
    int64_t least = INT64_MAX;
    if (!s->slice) return least;
    for (int i = 0; i < count; i++) {
        const tiling made = make_tiling(s, x, t, &tiles[i], CHUNK_SHARE);
        if (part_work(s, &made) < least) least = part_work(s, &made);
    }
    return least > s->slice ? least : s->slice;
}

static tiling choose_tiling(const schedule *s, const operand *x, const target *t) {
    tile_choice tiles[SLICED_TILES];
    int count = list_tiles(s, t, tiles, s->slice ? SLICED_TILES : 1);
    int64_t most = most_work(s, x, t, tiles, count);
    tiling made = make_tiling(s, x, t, &tiles[0], CHUNK_SHARE);
    for (int i = 1; i < count && part_work(s, &made) > most; i++) made = make_tiling(s, x, t, &tiles[i], CHUNK_SHARE);
    return made;
}

/* ---- candidates ---- */

/* What is convolved how, before anything is chosen. */
static bool describe(const plan *p, const node *n, const operand *x, schedule *c) {
    if (!window_of(n, &c->window, p->diags)) return false;
    const value *weights = n->inputs[1];
    int64_t ins = type_size(&weights->type, 1), outs = type_size(&weights->type, 0), group = node_int(n, "group");
    bool stem = !c16_is(n->inputs[0]);
    c->slice = p->options.slice;
    c->loads = n->prologue != NULL;
    c->lanes = stem ? ins : C16;
    c->in_blocks = stem ? 1 : c16_blocks(ins);
    c->narrow.pairs = type_stored(&n->inputs[0]->type) == DT_BF16;
    c->last_lanes = stem ? ins : (ins - 1) % C16 + 1;
    if (c->narrow.pairs) c->last_lanes = (c->last_lanes + 1) / 2 * 2;
    c->out_blocks = c16_blocks(outs) / group;
    c->group = group;
    c->images = type_size(&n->outputs[0]->type, 0);
    c->threads = cost_threads(p);
    c->cold = p->cold;
    const window *w = &c->window;
    int n_pool;
    const int64_t *pool = node_ints(n, "pool", &n_pool);
    for (int i = 0; i < 2; i++) c->pool[i] = n_pool ? pool[i] : 1;
    c->flat = !stem && w->kernel[0] * w->kernel[1] == 1 && !n_pool && w->stride[0] == 1 && w->stride[1] == 1 && operand_is_flat(x);
    c->varies = !type_is_static(&n->outputs[0]->type) || !type_is_static(&n->inputs[0]->type);
    c->height = c->flat ? 1 : w->out[0].size / c->pool[0] * c->pool[0]; /* incomplete windows are left out */
    c->width = c->flat ? w->out[0].size * w->out[1].size : w->out[1].size / c->pool[1] * c->pool[1];
    int64_t likely[2];
    for (int i = 0; i < 2; i++) {
        likely[i] = likely_size(w->out[i], 0.5) / c->pool[i] * c->pool[i];
        if (!likely[i] && c->varies) likely[i] = c->pool[i];
    }
    c->likely[0] = c->flat ? 1 : likely[0];
    c->likely[1] = c->flat ? likely[0] * likely[1] : likely[1];
    return true;
}

/* Results that each weight is used for. */
static int64_t positions(const node *n) { return type_count(&n->outputs[0]->type) / type_size(&n->inputs[1]->type, 0); }

static const double LOADING = 4.4; /* cycles a vector that passes through the prologue: measured */

static double estimate(const plan *p, const schedule *s, const tiling *t, double tile_cycles) {
    const target *machine = p->machine;
    const double cycles = (double)s->images * products_of(s) * tile_cycles * t->idle * 1.06;
    const double bytes = lanes_of(s) * C16 * dtype_of(s->narrow.elem)->bits / 8;
    const double loading = s->loads ? LOADING * (double)(s->images * s->in_blocks * s->height * s->width) : 0;
    return cost_microseconds(machine, cost_with_weights(p, machine, cycles + loading, bytes * cost_streams(t->tile.blocks)));
}

static void list(const plan *p, const node *n, candidate_list *ways) {
    static const int64_t shares[] = {CHUNK_SHARE, CHUNK_SHARE * 2, 1 << 20 /* all in one */};
    const target *machine = p->machine;
    operand x = plan_operand(p, n->inputs[0]);
    schedule s = {.bias = -1};
    if (!describe(p, n, &x, &s)) return;
    s.narrow.elem = s.narrow.pairs ? DT_BF16 : narrow_type(p, positions(n));
    tile_choice tiles[SLICED_TILES];
    int count = list_tiles(&s, machine, tiles, s.slice ? SLICED_TILES : TILES);
    int64_t most = most_work(&s, &x, machine, tiles, count);
    for (int i = 0; i < count; i++)
        for (int k = 0; k < 3; k++) {
            tiling t = make_tiling(&s, &x, machine, &tiles[i], shares[k]);
            double us = estimate(p, &s, &t, tiles[i].cycles) * (1 + 0.001 * k);
            const char *refused = part_work(&s, &t) > most ? "a part of it exceeds --step" : NULL;
            candidate_add(ways, us, refused, &t, sizeof t, "tile %lldx%lldx%lld part %lld chunk %lld", (long long)t.tile.blocks,
                          (long long)t.tile.rows, (long long)t.tile.cols, (long long)t.part, (long long)t.chunk);
        }
}

/* ---- planning ---- */

/* Rows, or positions of a flat plane, that are stored. */
static number stored_length(arena *a, const schedule *c, const operand *y) {
    return c->flat ? operand_count(a, y, 2, 4) : operand_size(y, 2);
}

static number parts_of(arena *a, const schedule *c, const tiling *t, const operand *y) {
    if (!c->varies || t->parts == 1) return number_known(t->parts);
    const int64_t stored = c->flat ? t->part : t->part / c->pool[0];
    return number_ceil_div(a, stored_length(a, c, y), stored);
}

static bool plan_conv(plan *p, const node *n, step *s) {
    schedule *c = ARENA_NEW(p->arena, schedule);
    operand x = plan_operand(p, n->inputs[0]);
    if (!describe(p, n, &x, c)) return false;
    const value *weights = n->inputs[1];
    int64_t ins = type_size(&weights->type, 1), outs = type_size(&weights->type, 0), taps = c->window.kernel[0] * c->window.kernel[1];
    const weight_channels channels = {.channels = outs, .count = ins * taps, .channel = ins * taps, .between = 1};
    c->narrow = c->narrow.pairs ? narrow_pairs(weights->constant, &channels) : narrow_choose(p, weights->constant, &channels, positions(n));
    const char *lanes = !c16_is(n->inputs[0]) ? " stem" : c->narrow.pairs ? "i16 in pairs" : "i16";
    packed k = {.source = weights->constant,
                .form = arena_printf(p->arena, "conv o16%s %s", lanes, dtype_of(c->narrow.elem)->name),
                .elem = c->narrow.elem,
                .change = c->narrow.change,
                .count = c16_blocks(outs) * c->in_blocks * taps * c->lanes * C16,
                .write = write_weights,
                .context = c};
    c->bias = c16_add_convolution(p, s, n, k);
    c->scale = c->narrow.scale ? c16_add_channel_constant(p, s, c->narrow.scale, outs) : -1;
    for (int i = 0; i < p->n_targets; i++) {
        c->tiling[i] = plan_decided_for(p, i) ? *(const tiling *)schedule_decisions(s) : choose_tiling(c, &x, p->targets[i]);
        const number groups = number_known(type_size(&n->outputs[0]->type, 0) * c->group * (c->out_blocks / c->tiling[i].tile.blocks));
        s->extent[i] = number_mul(p->arena, groups, parts_of(p->arena, c, &c->tiling[i], &s->out[0]));
        s->unit_work[i] = part_work(c, &c->tiling[i]);
    }
    s->whole = c->flat ? 4 : 3; /* rows */
    if (c->loads) {
        step_add_scratch(p, s, (int64_t)dtype_bytes(x.elem, x.dims[0] * x.batch));
        s->phases = number_known(2);
    }
    s->schedule = c;
    s->macs = WORK(type_count(&n->outputs[0]->type), c->pool[0], c->pool[1], ins, taps);
    if (c->narrow.pairs) s->product = DT_BF16;
    const tiling *t = &c->tiling[0];
    const window *w = &c->window;
    bool pools = n->op == OP_conv_max_pool;
    const char *pooled = pools ? arena_printf(p->arena, " + max pool %lldx%lld", (long long)c->pool[0], (long long)c->pool[1]) : "";
    const char *narrow = c->narrow.elem == DT_F32 ? "" : arena_printf(p->arena, ", %s%s", dtype_of(c->narrow.elem)->name, c->narrow.pairs ? "" : " weights");
    s->summary = arena_printf(p->arena, "direct %lldx%lld%s%s%s%s, tile %lldx%lldx%lld, %lld part%s of %lld %s%s, %lld chunk%s", (long long)w->kernel[0],
                              (long long)w->kernel[1], c->flat ? " flat" : "", c->loads ? " after prologue" : "", pooled, narrow, (long long)t->tile.blocks, (long long)t->tile.rows,
                              (long long)t->tile.cols, (long long)t->parts, t->parts > 1 ? "s" : "", (long long)t->part,
                              c->flat ? "position" : "row", t->part > 1 ? "s" : "", (long long)t->chunks, t->chunks > 1 ? "s" : "");
    return true;
}

/* ---- writing it ---- */

/* Offset of convolved position (r, c) from the tile's first input element. */
static void put_offset(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const tile_context *t = context;
    const operand *x = &t->step->in[0];
    bool stem = x->layout.kind == LAYOUT_ROW_MAJOR;
    const number row = stem ? operand_size(x, 3) : operand_row(x);
    int64_t pixel = stem ? 1 : C16;
    const window *w = &((const schedule *)t->step->schedule)->window;
    arena *a = out->arena;
    text_put(out, number_text(a, number_add(a, number_mul(a, row, number_known(args[0] * w->stride[0])), number_known(args[1] * w->stride[1] * pixel))));
}

/* Position i of block o, summed up. */
static void put_sum(const schedule *c, int64_t o, int64_t i, text *out) {
    if (!c->narrow.scale) text_printf(out, "a%lld_%lld", (long long)o, (long long)i);
    else text_printf(out, "v16_fma(a%lld_%lld, scale%lld, shift%lld)", (long long)o, (long long)i, (long long)o, (long long)o);
}

static void put_result(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const tile_context *t = context;
    const schedule *c = t->step->schedule;
    const int64_t *pool = c->pool, corner = args[1] * pool[0] * args[3] + args[2] * pool[1];
    text acc = {.arena = out->arena};
    for (int64_t i = 1; i < pool[0] * pool[1]; i++) text_put(&acc, "v16_max(");
    for (int64_t r = 0; r < pool[0]; r++)
        for (int64_t q = 0; q < pool[1]; q++) {
            if (r + q) text_put(&acc, ", ");
            put_sum(c, args[0], corner + r * args[3] + q, &acc);
            if (r + q) text_put(&acc, ")");
        }
    c16_epilogue(out, &(c16_leaf){t->step, t->flat, args[0], args[1], args[2], acc.bytes});
}

static void put_loaded(void *context, text *out, int n, const int64_t *args) {
    (void)n, (void)args;
    const step *s = ((tile_context *)context)->step;
    c16_prologue(out, s, "k", arena_printf(out->arena, "%s(from + q)", c16_load(s->in[0].elem)));
}

static void define_input(const schedule *c, const operand *x, arena *a, template_env *e) {
    bool stem = x->layout.kind == LAYOUT_ROW_MAJOR;
    const window *w = &c->window;
    const number row = stem ? operand_size(x, 3) : operand_row(x), plane = operand_count(a, x, 2, 4);
    int64_t pixel = stem ? 1 : C16;
    template_number(e, "x_batch", stem ? number_mul(a, plane, number_known(x->dims[1])) : number_known(x->batch));
    template_int(e, "x_block", stem ? 0 : x->block);
    template_text(e, "lane", stem ? "c * plane" : "c");
    template_int(e, "stem", stem);
    template_number(e, "plane", plane);
    template_number(e, "x_row", number_mul(a, row, number_known(w->stride[0] * c->pool[0]))); /* of one stored row */
    template_int(e, "x_col", w->stride[1] * pixel * c->pool[1]);
    template_number(e, "tap_row", number_mul(a, row, number_known(w->dilation[0])));
    template_int(e, "tap_col", w->dilation[1] * pixel);
    template_number(e, "in_row", row);
    template_number(e, "x_origin", stem ? number_known(0) : c16_window_origin(a, x, w));
}

/* The input of a stem comes from memory, in rows too short for the processor to see what is next. Fetched are those that a row of
 * tiles reads and the one above it does not. */
static void define_rows_ahead(const schedule *c, const register_tile *t, const target *machine, template_env *e) {
    const window *w = &c->window;
    const int64_t bytes = c->lanes * w->in[0].size * w->in[1].size * (int64_t)sizeof(float);
    const bool far = c->lanes < C16 && bytes > machine->l1;
    template_int(e, "rows_ahead", far ? t->rows * w->stride[0] : 0);
    template_int(e, "first_ahead", (t->rows - 1) * w->stride[0] + (w->kernel[0] - 1) * w->dilation[0] + 1);
}

static bool emit_conv(const plan *p, const step *s, const target *machine, text *body) {
    const schedule *c = s->schedule;
    int which = plan_target_index(p, machine);
    const tiling *t = &c->tiling[which];
    template_env *e = template_env_new(body->arena);
    tile_context context = {.plan = p, .step = s, .env = e, .path = "backend/kernels/conv_tile.c.in", .flat = c->flat, .ok = true};
    arena *a = body->arena;
    const operand *y = &s->out[0];
    define_input(c, &s->in[0], a, e);
    template_int(e, "loads", c->loads);
    template_call(e, "loaded", put_loaded, &context);
    template_text(e, "store_input", c16_store(s->in[0].elem));
    template_text(e, "input", c->loads ? "image0" : "x0");
    template_int(e, "batch", s->out[0].dims[0]);
    template_text(e, "in_image", s->out[0].dims[0] > 1 ? "j" : "i"); /* the iteration, counted from its image's first */
    template_int(e, "groups", c->group * (c->out_blocks / t->tile.blocks));
    template_int(e, "groups_per_group", c->out_blocks / t->tile.blocks);
    template_int(e, "grouped", c->group > 1);
    register_tile_define(&t->tile, c->width, e);
    template_int(e, "in_blocks", c->in_blocks);
    template_int(e, "kernel_h", c->window.kernel[0]);
    template_int(e, "kernel_w", c->window.kernel[1]);
    template_int(e, "lanes", c->lanes);
    template_int(e, "last_lanes", c->last_lanes);
    template_int(e, "w_block", c->in_blocks * c->window.kernel[0] * c->window.kernel[1] * c->lanes * C16);
    template_int(e, "bias", c->bias);
    template_int(e, "scale", c->scale);
    narrow_define(&c->narrow, e);
    conv_tile_define_elements(e, numbers_of(c));
    template_text(e, "store", c16_store(y->elem));
    template_int(e, "varies", c->varies);
    template_number(e, "height", c->varies ? number_mul(a, operand_size(y, 2), number_known(c->pool[0])) : number_known(c->height));
    template_int(e, "full_rows", c->height / t->tile.rows * t->tile.rows);
    template_int(e, "last_rows", c->varies ? 0 : c->height % t->tile.rows);
    if (c->varies) template_number(e, "full_cols", c->flat ? operand_count(a, y, 2, 4) : number_mul(a, operand_size(y, 3), number_known(c->pool[1])));
    template_number(e, "parts", parts_of(a, c, t, y));
    template_int(e, "part", t->part);
    template_int(e, "chunks", t->chunks);
    template_int(e, "chunk", t->chunk);
    template_int(e, "sums", t->sums);
    register_tile_define_ahead(&t->tile, t->ahead, e);
    template_int(e, "pool_h", c->pool[0]);
    template_int(e, "pool_w", c->pool[1]);
    template_int(e, "flat", c->flat);
    template_text(e, "start", "");
    template_text(e, "position", "x");
    template_int(e, "levels", 0);
    template_int(e, "scattered", c->flat && !c16_flat(s));
    template_number(e, "plane_w", operand_size(y, 3));
    template_call(e, "offset", put_offset, &context);
    define_rows_ahead(c, &t->tile, machine, e);
    template_int(e, "touch", c->in_blocks > 1 && c->window.kernel[0] * c->window.kernel[1] == 1);
    template_call(e, "result", put_result, &context);
    conv_tile_define_text(e, &context);
    return template_expand(e, "backend/kernels/conv_direct.c.in", body, p->diags) && context.ok;
}

const kernel_family kernel_conv_direct = {.name = "conv_direct", .accepts = accepts, .list = list, .plan = plan_conv, .emit = emit_conv,
                                          .constant_time = step_always_constant_time, .open = OPEN_PLANES};
