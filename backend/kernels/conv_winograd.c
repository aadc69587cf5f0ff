/* Convolutions of stride 1 and 2 by minimal filtering F(m x m, r x r) (cook_toom.h; DESIGN, "How it gets fast", 3): n*n
 * instead of m*m*r*r products a tile, or the like in one direction only (1x7, 3x1). Tiles are worked on in blocks whose transforms stay in the caches while the weights of all n*n
 * elements stream past. Transforms, products and epilogue are on whole vectors of 16 channels. Of bytes it is exact
 * (cook_toom_integer.h). */
#include "backend/kernels/conv_tile.h"
#include "backend/kernels/cook_toom_integer.h"
#include "backend/kernels/int8.h"
#include "backend/kernels/linear_map.h"
#include "backend/kernels/narrow.h"
#include "backend/schedule/schedule.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_TAPS = 7, LINE = 64 /* bytes of a cache line */ };
enum { CROSSING = 4 /* times the cost of L3: lines from another core; measured 1 where cores share an L3, 10 where they don't */ };

/* Points of the interpolation in one direction whose products may be of bf16, for balanced and fast: each makes the error of
 * rounding about half as large again. */
enum { PAIRS_POINTS = 5, PAIRS_POINTS_FAST = 6 };

/* By tile_numbers. */
static const char *const number_names[] = {"", ", bf16", ", integers"};

typedef struct schedule {
    window window;
    cook_toom filter[2]; /* down and across */
    integer_scale scale; /* of integers, what their sums are to be freed from */
    int64_t elements;    /* products of a tile */
    int64_t in_blocks, last_lanes, out_blocks;
    int64_t height, width; /* of the stored plane, after pooling */
    int64_t pool[2];
    int64_t tiles_h, tiles_w, tiles; /* down, across, of all images */
    int64_t block_tiles;             /* worked on together */
    int64_t units, extent, phases;   /* units of work; parts that may run in parallel; 2 a block where its channels are shared out */
    bool in_slices;                     /* blocks run one after the other, and share their scratch */
    int64_t v_element, product_element; /* numbers from one of the n*n elements to the next */
    int64_t v_bytes, slot;              /* of the transformed input, of all scratch of a part */
    register_tile tile[TARGET_MAX];
    tile_numbers products; /* of bf16 they have transforms in float32 all the same */
    bool varies; /* height or width is open: then the numbers of tiles are likely ones */
    int bias; /* operand of what is added to sums, -1: none */
} schedule;

static bool accepts_floats(const node *n) {
    return (n->op == OP_conv || n->op == OP_conv_max_pool) && !n->prologue && c16_is(n->outputs[0]) && c16_is(n->inputs[0]) && c16_constants(n);
}

static bool accepts(const node *n) {
    if (!accepts_floats(n) && (!int8_accepts(n) || schedule_is_open(n))) return false;
    const value *weights = n->inputs[1];
    if (node_int(n, "group") != 1) return false;
    int64_t taps = 1;
    for (int i = 0; i < 2; i++) {
        int64_t r = type_size(&weights->type, 2 + i), stride = node_nth_int(n, "strides", i, 1);
        if (r > MAX_TAPS || stride > 2 || r < stride || node_nth_int(n, "dilations", i, 1) != 1) return false;
        taps *= r;
    }
    if (taps == 1) return false;
    return !n->epilogue || expr_has_vector_form(n->epilogue);
}

/* ---- candidates: which m, how many tiles at a time? ---- */

typedef struct shape {
    dtype stored; /* of the input: DT_F32, DT_BF16, DT_U8 */
    int64_t largest; /* sum, either sign, of bytes times the weights of a channel */
    int64_t images, in_blocks, out_blocks;
    int64_t size[2]; /* convolved, without incomplete pooling windows; of an open one likely */
    int64_t pool[2], taps[2], stride[2];
    bool varies;
    int64_t large[2], most[2]; /* sizes of one that varies */
} shape;

/* Of any bytes, times the weights of one channel. */
static int64_t largest_sum(const constant *weights) {
    const int64_t channels = type_size(&weights->type, 0), count = type_count(&weights->type) / channels;
    const int8_t *w = weights->data;
    int64_t largest = 0;
    for (int64_t c = 0; c < channels; c++) {
        int64_t sums[2] = {0};
        for (int64_t i = 0; i < count; i++) sums[w[c * count + i] < 0] += abs(w[c * count + i]);
        for (int i = 0; i < 2; i++)
            if (sums[i] > largest) largest = sums[i];
    }
    return largest * UINT8_MAX;
}

static bool shape_of(const node *n, const window *w, shape *s) {
    const value_type *weights = &n->inputs[1]->type;
    s->stored = type_stored(&n->inputs[0]->type);
    s->largest = s->stored == DT_U8 ? largest_sum(n->inputs[1]->constant) : 0;
    s->images = type_size(&n->outputs[0]->type, 0);
    s->in_blocks = c16_blocks(type_size(weights, 1));
    s->out_blocks = c16_blocks(type_size(weights, 0));
    for (int i = 0; i < 2; i++) {
        s->pool[i] = node_nth_int(n, "pool", i, 1);
        s->size[i] = likely_size(w->out[i], 0.5) / s->pool[i] * s->pool[i];
        s->large[i] = likely_size(w->out[i], 0.75) / s->pool[i] * s->pool[i];
        s->most[i] = w->out[i].size / s->pool[i] * s->pool[i];
        s->taps[i] = w->kernel[i];
        s->stride[i] = w->stride[i];
    }
    s->varies = schedule_is_open(n);
    return s->size[0] > 0 && s->size[1] > 0;
}

static shape sized(const shape *s, const int64_t size[2]) {
    shape other = *s;
    memcpy(other.size, size, sizeof other.size);
    return other;
}

/* A filter down and across, and what is multiplied. */
typedef struct way {
    cook_toom filter[2];
    integer_scale scale;
    tile_numbers products;
} way;

static double elements_of(const way *how) { return (double)(how->filter[0].n * how->filter[1].n); }

static int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

/* Of `size` tiles that are worked on together, in cycles per tile, input and output block: what weights read again,
 * transforms that do not stay in L2 (nor, beyond 8 times as much, in the reach of its TLB), incomplete blocks and threads
 * without one cost. `workers`: threads that take whole blocks. */
static double block_overhead(const shape *s, const way *how, int64_t tiles, int64_t size, int64_t workers, const target *t) {
    double elements = elements_of(how), in_bytes = (double)conv_tile_number_bytes(how->products);
    double transforms = elements * (double)size * C16 * (in_bytes * (double)s->in_blocks + 4 * (double)s->out_blocks);
    double weights = elements * C16 * C16 * in_bytes / (double)size;
    double spilled = 2 * elements * C16 * (4 / (double)s->in_blocks + in_bytes / (double)s->out_blocks);
    if (transforms < 0.6 * (double)t->l2) spilled = 0;
    if (transforms > 8 * (double)t->l2) spilled *= 2.5;
    const int64_t rounds = ceil_div(ceil_div(tiles, size), workers);
    double waste = elements * C16 * ((double)(size * rounds * workers) / (double)tiles - 1);
    return (weights + spilled) / t->l3_bytes + waste;
}

/* The best of at least `min` and at most `max` tiles; 0: there is none. Many, so that weights are read seldom; few, so that
 * their transforms stay in L2. */
static int64_t choose_block_tiles(const shape *s, const way *how, int64_t tiles, int64_t min, int64_t max, int64_t workers, const target *t) {
    double least = 1e300;
    int64_t best = 0, last = 0;
    for (int64_t blocks = 1; blocks <= tiles; blocks++) {
        int64_t size = ceil_div(tiles, blocks);
        if (size < min) break;
        if (size > max || size == last) continue;
        last = size;
        double cost = block_overhead(s, how, tiles, size, workers, t);
        if (cost < least) least = cost, best = size;
        if (size < 8) break;
    }
    return best;
}

/* F(m x m, r x r) for the shape's r and stride, of whole numbers for integers; a direction with one tap is left as it is. */
static bool make_filters(const shape *s, int m, way *how) {
    for (int i = 0; i < 2; i++) {
        int outputs = s->taps[i] == 1 ? 1 : m;
        if (outputs % s->pool[i] || !cook_toom_make(outputs, (int)s->taps[i], (int)s->stride[i], &how->filter[i])) return false;
    }
    if (how->products != TILE_I16) return true;
    const cook_toom_integer whole[] = {cook_toom_to_integers(&how->filter[0]), cook_toom_to_integers(&how->filter[1])};
    for (int i = 0; i < 2; i++) how->filter[i] = whole[i].filter;
    how->scale = cook_toom_unscale(whole);
    return cook_toom_integer_holds(whole, s->largest);
}

/* Of the direction that has more; strides take taps apart. */
static int64_t points_of(const shape *s, const cook_toom *filter) {
    int64_t most = 1;
    for (int i = 0; i < 2; i++) {
        int64_t points = filter[i].m + ceil_div(s->taps[i], s->stride[i]) - 1;
        if (points > most) most = points;
    }
    return most;
}

static int64_t count_tiles(const shape *s, const cook_toom *filter) {
    return s->images * ceil_div(s->size[0], filter[0].m) * ceil_div(s->size[1], filter[1].m);
}

/* How threads share the work: each takes blocks of tiles, or all transform a block and multiply it for output channels of
 * their own. */
typedef struct decisions {
    int m;
    int64_t block_tiles; /* worked on together */
    bool shared;
    tile_numbers products;
} decisions;

/* For products of a block: of shared ones, the one that gives all threads the same. *cycles unless NULL. */
static register_tile choose_tile(const plan *p, int64_t out_blocks, const decisions *d, const target *t, double *cycles) {
    enum { TILES = 8 };
    const target machine = conv_tile_machine(d->products, t);
    tile_choice tiles[TILES];
    const tile_plane plane = {.height = 1, .width = d->block_tiles, .out_blocks = out_blocks, .unit = {1, 1}};
    const int n = register_tile_list(&plane, &machine, tiles, TILES);
    int best = 0;
    for (int i = 0; i < n; i++) {
        if (d->shared) tiles[i].cycles *= cost_idle(p, out_blocks / tiles[i].tile.blocks);
        if (tiles[i].cycles < tiles[best].cycles) best = i;
    }
    if (cycles) *cycles = tiles[best].cycles;
    return tiles[best].tile;
}

/* Multiply-adds, as the operator defines them, of a block of so many tiles. */
static int64_t block_work(const shape *s, const cook_toom *filter, int64_t size) {
    return WORK(size, filter[0].m, filter[1].m, s->in_blocks, C16, s->taps[0], s->taps[1], s->out_blocks, C16);
}

/* Cycles of the whole layer. */
static double winograd_cycles(const plan *p, const shape *s, const way *how, decisions d) {
    const target *t = p->machine;
    const int64_t tiles = count_tiles(s, how->filter), size = ceil_div(tiles, ceil_div(tiles, d.block_tiles)), workers = d.shared ? 1 : cost_threads(p);
    double product, elements = elements_of(how), back = elements * 4.5 * (double)t->registers;
    double forth = how->products == TILE_I16 ? back / 2 : back; /* words take half of a register that floats take */
    d.block_tiles = size;
    choose_tile(p, s->out_blocks, &d, t, &product);
    if (d.shared) back += CROSSING * elements * C16 * 4 / t->l3_bytes, forth += CROSSING * elements * C16 * 4 / t->l3_bytes;
    double blocks = (double)(s->in_blocks * s->out_blocks), overhead = block_overhead(s, how, tiles, size, workers, t);
    double products = (double)tiles * blocks * (elements * (how->products == TILE_F32 ? C16 : C16 / 2) * product / (double)size + overhead);
    double weights = elements * C16 * C16 * (double)conv_tile_number_bytes(how->products) * blocks;
    return cost_with_weights(p, t, products, (double)workers * weights) + (double)tiles * ((double)s->in_blocks * forth + (double)s->out_blocks * back);
}

/* Where sizes are open, the mean of the likely size and of a large one, where incomplete tiles and weights count less. */
static double likely_cycles(const plan *p, const shape *s, const way *how, const decisions *d) {
    const double cycles = winograd_cycles(p, s, how, *d);
    if (!s->varies) return cycles;
    const shape large = sized(s, s->large);
    const double positions = (double)(s->size[0] * s->size[1]) / (double)(large.size[0] * large.size[1]);
    return (cycles + winograd_cycles(p, &large, how, *d) * positions) / 2;
}

static double winograd_error(const way *how, int64_t channels) {
    if (how->products == TILE_I16) return 0;
    return error_of_sums(cook_toom_growth(&how->filter[0]) * cook_toom_growth(&how->filter[1]), (double)channels);
}

/* Blocks that suit so many workers, and those that are much smaller or larger. */
static void list_blocks(const plan *p, const shape *s, const way *how, decisions d, candidate_list *ways) {
    enum { MOST = 240 };
    const target *t = p->machine;
    const cook_toom *f = how->filter;
    const char *refused = schedule_refusal(p, winograd_error(how, s->in_blocks * C16));
    if (how->products == TILE_BF16 && points_of(s, f) > PAIRS_POINTS && p->options.accuracy == ACCURACY_BALANCED) refused = "not admitted by balanced";
    const int64_t slice = p->options.slice, most = slice && block_work(s, f, MOST) > slice ? slice / block_work(s, f, 1) : MOST;
    const shape largest = s->varies ? sized(s, s->most) : *s; /* emitted code shares out what there is evenly */
    const int64_t tiles = count_tiles(&largest, f), workers = d.shared ? 1 : cost_threads(p), best = choose_block_tiles(s, how, tiles, 1, most, workers, t);
    const int64_t sizes[] = {best, choose_block_tiles(s, how, tiles, 4, best * 3 / 4, workers, t),
                             choose_block_tiles(s, how, tiles, best * 4 / 3, most, workers, t)};
    for (int i = 0; i < 3; i++) {
        d.block_tiles = sizes[i];
        if (sizes[i])
            candidate_add(ways, cost_microseconds(t, likely_cycles(p, s, how, &d)), refused, &d, sizeof d, "%dx%d block %lld%s%s", f[0].m, f[1].m,
                          (long long)sizes[i], d.products == TILE_BF16 ? " bf16" : "", d.shared ? " shared" : "");
    }
}

static void list_size(const plan *p, const shape *s, int m, tile_numbers products, candidate_list *ways) {
    way how = {.products = products};
    if (!make_filters(s, m, &how) || (products == TILE_BF16 && points_of(s, how.filter) > PAIRS_POINTS_FAST)) return;
    const bool can_share = cost_threads(p) > 1 && !s->varies;
    for (int shared = 0; shared <= can_share; shared++) list_blocks(p, s, &how, (decisions){.m = m, .shared = shared, .products = products}, ways);
}

static void list(const plan *p, const node *n, candidate_list *ways) {
    static const int sizes[] = {2, 3, 4, 6};
    window w;
    shape s;
    if (!window_of(n, &w, p->diags) || !shape_of(n, &w, &s)) return;
    if (s.stored == DT_U8 && p->machine == target_find("generic")) return; /* of small machines, where bytes are to save memory */
    for (int i = 0; i < 4; i++) {
        list_size(p, &s, sizes[i], s.stored == DT_U8 ? TILE_I16 : TILE_F32, ways);
        if (s.stored == DT_BF16) list_size(p, &s, sizes[i], TILE_BF16, ways);
    }
}

/* ---- packing: [element][OC/16][IC/16][16 ic][16 oc] of G g GT, in pairs [8][16 oc][2 ic] ---- */

static void transform_taps(const cook_toom *filter, const double *taps, double u[COOK_TOOM_MAX][COOK_TOOM_MAX]) {
    double half[COOK_TOOM_MAX][COOK_TOOM_MAX] = {{0}};
    for (int i = 0; i < filter[0].n; i++)
        for (int c = 0; c < filter[1].r; c++)
            for (int k = 0; k < filter[0].r; k++) half[i][c] += rational_value(filter[0].g[i][k]) * taps[k * filter[1].r + c];
    for (int i = 0; i < filter[0].n; i++)
        for (int j = 0; j < filter[1].n; j++) {
            u[i][j] = 0;
            for (int k = 0; k < filter[1].r; k++) u[i][j] += rational_value(filter[1].g[j][k]) * half[i][k];
        }
}

static void write_weights(const packed *k, void *to) {
    const schedule *s = k->context;
    const cook_toom *f = s->filter;
    const narrow_weights elem = {.elem = k->elem};
    const int64_t taps = f[0].r * f[1].r;
    int64_t outs = type_size(&k->source->type, 0), ins = type_size(&k->source->type, 1), element = s->out_blocks * s->in_blocks * C16 * C16;
    for (int64_t oc = 0; oc < outs; oc++)
        for (int64_t ic = 0; ic < ins; ic++) {
            double g[MAX_TAPS * MAX_TAPS], u[COOK_TOOM_MAX][COOK_TOOM_MAX];
            for (int64_t i = 0; i < taps; i++) g[i] = constant_float(k->source, (oc * ins + ic) * taps + i);
            transform_taps(f, g, u);
            int64_t at = ((oc / C16 * s->in_blocks + ic / C16) * C16 + ic % C16) * C16 + oc % C16;
            if (s->products != TILE_F32) at = conv_tile_pair(at);
            for (int e = 0; e < s->elements; e++) {
                const double transformed = u[e / f[1].n][e % f[1].n];
                if (k->elem == DT_I16) ((int16_t *)to)[e * element + at] = (int16_t)transformed;
                else narrow_store(&elem, to, e * element + at, oc, (float)transformed);
            }
        }
}

/* ---- planning ---- */

static number stored_size(const schedule *c, const operand *y, int axis) {
    return y->open[2 + axis] ? operand_size(y, 2 + axis) : number_known(axis ? c->width : c->height);
}

/* Tiles of the plane, down (axis 0) or across. */
static number tiles_along(arena *a, const schedule *c, const operand *y, int axis) {
    return number_ceil_div(a, number_mul(a, stored_size(c, y, axis), number_known(c->pool[axis])), c->filter[axis].m);
}

static number tiles_of(arena *a, const schedule *c, const operand *y) {
    return number_mul(a, number_mul(a, tiles_along(a, c, y, 0), tiles_along(a, c, y, 1)), number_known(y->dims[0]));
}

static number blocks_of(arena *a, const schedule *c, const operand *y) { return number_ceil_div(a, tiles_of(a, c, y), c->block_tiles); }

/* Returns the bytes of scratch that all parts need. */
static int64_t share_out(schedule *c, const plan *p, bool shared) {
    const int64_t blocks = ceil_div(c->tiles, c->block_tiles), threads = schedule_threads(p);
    int64_t shares = threads;
    for (int i = 0; i < p->n_targets; i++)
        if (shares > c->out_blocks / c->tile[i].blocks) shares = c->out_blocks / c->tile[i].blocks;
    c->in_slices = p->options.slice;
    c->phases = shared ? 2 * blocks : c->in_slices ? blocks : 1;
    c->units = blocks;
    c->extent = shared ? shares : c->in_slices ? 1 : threads < blocks || c->varies ? threads : blocks;
    int64_t out_blocks = 0; /* whose products a part holds */
    for (int i = 0; i < p->n_targets; i++) {
        int64_t unit = c->tile[i].blocks, held = shared ? ceil_div(c->out_blocks / unit, shares) * unit : c->out_blocks;
        if (held > out_blocks) out_blocks = held;
    }
    /* a line more, so that the elements do not all fall into the same sets of the caches */
    c->v_element = c->in_blocks * c->block_tiles * C16 + LINE / conv_tile_number_bytes(c->products);
    c->product_element = out_blocks * c->block_tiles * C16 + LINE / 4;
    int64_t v = ceil_div(c->elements * c->v_element * conv_tile_number_bytes(c->products), LINE) * LINE, products = c->elements * c->product_element * 4;
    c->v_bytes = v;
    c->slot = v + products;
    return shared ? v + shares * products : c->extent * c->slot;
}

static bool plan_winograd(plan *p, const node *n, step *s) {
    schedule *c = ARENA_NEW(p->arena, schedule);
    shape g;
    if (!window_of(n, &c->window, p->diags) || !shape_of(n, &c->window, &g)) return false;
    const value *weights = n->inputs[1];
    int64_t ins = type_size(&weights->type, 1);
    const decisions *chosen = schedule_decisions(s);
    way how = {.products = chosen->products};
    if (!make_filters(&g, chosen->m, &how)) return false;
    memcpy(c->filter, how.filter, sizeof c->filter);
    const cook_toom *f = c->filter;
    c->scale = how.scale, c->products = how.products;
    c->elements = f[0].n * f[1].n;
    c->in_blocks = g.in_blocks, c->out_blocks = g.out_blocks, c->last_lanes = (ins - 1) % C16 + 1;
    for (int i = 0; i < 2; i++) c->pool[i] = g.pool[i];
    c->height = g.size[0] / c->pool[0], c->width = g.size[1] / c->pool[1];
    c->tiles_h = ceil_div(g.size[0], f[0].m), c->tiles_w = ceil_div(g.size[1], f[1].m), c->tiles = count_tiles(&g, f);
    c->block_tiles = chosen->block_tiles;
    c->varies = g.varies;
    for (int i = 0; i < p->n_targets; i++) {
        tile_plane plane = {.height = 1, .width = c->block_tiles, .out_blocks = c->out_blocks, .unit = {1, 1}};
        const target machine = conv_tile_machine(c->products, p->targets[i]);
        c->tile[i] = c->varies ? register_tile_varying(&plane, &machine).tile : choose_tile(p, c->out_blocks, chosen, p->targets[i], NULL);
    }
    int64_t scratch = share_out(c, p, chosen->shared);

    const char *strided = f[0].stride * f[1].stride > 1 ? arena_printf(p->arena, "/%dx%d", f[0].stride, f[1].stride) : "";
    const char *name = arena_printf(p->arena, "F(%dx%d, %dx%d%s)", f[0].m, f[1].m, f[0].r, f[1].r, strided);
    packed k = {.source = weights->constant,
                .form = arena_printf(p->arena, "%s o16i16%s", name, c->products == TILE_F32 ? "" : " in pairs"),
                .elem = conv_tile_elem(c->products),
                .count = c->elements * c->out_blocks * c->in_blocks * C16 * C16,
                .write = write_weights,
                .context = c};
    if (c->products == TILE_I16) int8_add_operands(p, s, n, k, NULL, NULL), c->bias = 2;
    else c->bias = c16_add_convolution(p, s, n, k);
    step_add_scratch(p, s, scratch);
    step_set_extent(s, c->extent);
    s->phases = c->in_slices ? blocks_of(p->arena, c, &s->out[0]) : number_known(c->phases);
    s->whole = s->out[0].rank;
    for (int i = 0; c->in_slices && i < p->n_targets; i++) s->unit_work[i] = block_work(&g, f, c->block_tiles);
    s->schedule = c;
    s->error_bound = winograd_error(&how, c->in_blocks * C16);
    s->macs = WORK(type_count(&n->outputs[0]->type), c->pool[0], c->pool[1], ins, f[0].r, f[1].r);
    if (c->products != TILE_F32) s->product = c->products == TILE_BF16 ? DT_BF16 : DT_U8;
    const char *pooled = c->pool[0] * c->pool[1] > 1 ? arena_printf(p->arena, " + max pool %lldx%lld", (long long)c->pool[0], (long long)c->pool[1]) : "";
    s->summary = arena_printf(p->arena, "%s%s%s, %lld tiles in blocks of %lld", name, pooled, number_names[c->products],
                              (long long)c->tiles, (long long)c->block_tiles);
    return true;
}

/* ---- writing it ---- */

typedef struct writing {
    const plan *plan;
    const step *step;
    const schedule *schedule;
    const template_env *env;
    bool ok;
} writing;

/* Argument: 0 down, 1 across. */
static void put_input_transform(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const schedule *c = ((const writing *)context)->schedule;
    const cook_toom *f = &c->filter[args[0]];
    linear_map_emit(out, f->bt, f->n, f->n, c->products == TILE_I16 ? "w16" : "v16", "d", "t");
}

static void put_output_transform(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const schedule *c = ((const writing *)context)->schedule;
    const cook_toom *f = &c->filter[args[0]];
    linear_map_emit(out, f->at, f->m, f->n, c->products == TILE_I16 ? "v16i" : "v16", "d", "t");
}

/* Column c of what was transformed back, free of the scale. */
static void put_sum(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const schedule *c = ((const writing *)context)->schedule;
    const integer_scale *s = &c->scale;
    const bool multiplied = c->products == TILE_I16 && s->inverse != 1, shifted = c->products == TILE_I16 && s->shift;
    text_printf(out, "%s%st%lld", shifted ? "v16i_shift_right(" : "", multiplied ? "v16i_mul(" : "", (long long)args[0]);
    if (multiplied) text_printf(out, ", %lld)", (long long)s->inverse - (s->inverse > INT32_MAX ? (int64_t)1 << 32 : 0));
    if (shifted) text_printf(out, ", %d)", s->shift);
}

/* Numbers from one block of channels to the next, of transformed tiles and of products: where tiles vary, of those there are. */
static number block_pitch(const schedule *c) { return c->varies ? number_open("pitch") : number_known(c->block_tiles * C16); }

/* Of the products: positions are tiles. */
static void put_product_address(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const schedule *c = ((const writing *)context)->schedule;
    const number start = number_mul(out->arena, block_pitch(c), number_known(args[0]));
    text_printf(out, "product + x * 16 + %s", number_text(out->arena, number_add(out->arena, start, number_known(args[2] * C16))));
}

static void put_product(void *context, text *out, int n, const int64_t *args) {
    (void)context, (void)n;
    text_printf(out, "a%lld_%lld", (long long)args[0], (long long)args[2]);
}

static void put_tile(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    writing *w = context;
    template_env *e = template_env_within(w->env);
    template_int(e, "rows", args[0]);
    template_number(e, "x_block", block_pitch(w->schedule));
    template_int(e, "pool_h", 1);
    template_int(e, "pool_w", 1);
    template_call(e, "target", put_product_address, w);
    template_call(e, "result", put_product, w);
    if (!template_expand(e, "backend/kernels/conv_tile.c.in", out, w->plan->diags)) w->ok = false;
}

/* Of the result: column c of the tile. */
static void put_target(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const writing *w = context;
    c16_address(out, "y0", &w->step->out[0], false, 0, 0, args[0]);
}

/* Column c of the tile, after pooling, as e makes it of the sums. */
static void put_column(const writing *w, text *out, int64_t c, const expr *e) {
    const int64_t *pool = w->schedule->pool;
    const bool integers = w->schedule->products == TILE_I16, biased = w->schedule->bias >= 0;
    text acc = {.arena = out->arena};
    if (integers) text_put(&acc, "v16_from_i32(v16i_add(");
    else if (biased) text_put(&acc, "v16_add(");
    for (int64_t i = 1; i < pool[0] * pool[1]; i++) text_printf(&acc, "%s_max(", integers ? "v16i" : "v16");
    for (int64_t r = 0; r < pool[0]; r++)
        for (int64_t q = 0; q < pool[1]; q++) text_printf(&acc, r + q ? ", a%lld_%lld)" : "a%lld_%lld", (long long)r, (long long)(c * pool[1] + q));
    if (biased) text_put(&acc, integers ? ", bias))" : ", bias)");
    c16_expression(out, &(c16_leaf){w->step, false, 0, 0, c, acc.bytes}, e);
}

static void put_result(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const writing *w = context;
    put_column(w, out, args[0], w->step->node->epilogue);
}

/* Four columns from c on before saturation, and its bounds. */
static void put_four_results(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const writing *w = context;
    const expr *e = int8_saturation(w->step);
    for (int64_t i = 0; i < 4; i++) {
        put_column(w, out, args[0] + i, e->args[0]);
        text_put(out, ", ");
    }
    int8_put_bounds(out, e);
}

static number minus(arena *a, number x, number y) { return number_apply(a, "-", x, y); }

/* Of one image: how many tiles, what is left for the last ones, and how many blocks that makes. Open ones have names of their own. */
static void define_tiles(const schedule *c, const operand *y, arena *a, template_env *e) {
    const cook_toom *f = c->filter;
    number plane = number_known(1);
    for (int i = 0; i < 2; i++) {
        const number stored = stored_size(c, y, i), outputs = number_mul(a, stored, number_known(c->pool[i])), tiles = tiles_along(a, c, y, i);
        template_number(e, i ? "width" : "height", stored);
        /* input of the last tile that lies within plane and halo */
        number before = number_add(a, number_mul(a, minus(a, tiles, number_known(1)), number_known(f[i].m)), number_known(1));
        number last = number_mul(a, minus(a, outputs, before), number_known(f[i].stride));
        /* and down to the last window */
        const number covered = number_add(a, number_mul(a, outputs, number_known(f[i].stride)), number_known(f[i].r - f[i].stride));
        template_number(e, i ? "last_cols" : "last_rows", tiles.text ? number_open("rows") : number_add(a, last, number_known(f[i].r)));
        template_number(e, i ? "covered_w" : "covered_h", covered);
        template_number(e, i ? "across" : "down", tiles);
        const number named = tiles.text ? number_open(i ? "tiles_w" : "tiles_h") : tiles;
        template_number(e, i ? "tiles_w" : "tiles_h", named);
        plane = number_mul(a, plane, named);
    }
    template_int(e, "r_h", f[0].r);
    template_number(e, "tiles", c->varies ? number_open("tiles") : tiles_of(a, c, y));
    template_number(e, "units", c->varies ? number_open("blocks") : blocks_of(a, c, y));
    template_number(e, "plane_tiles", c->varies && y->dims[0] == 1 ? number_open("tiles") : plane);
    if (!c->varies) return;
    template_int(e, "varies", 1);
    template_number(e, "full_cols", number_open("count"));
}

static bool emit_winograd(const plan *p, const step *s, const target *machine, text *body) {
    const schedule *c = s->schedule;
    int which = plan_target_index(p, machine);
    const operand *x = &s->in[0];
    template_env *e = template_env_new(body->arena);
    writing w = {.plan = p, .step = s, .schedule = c, .env = e, .ok = true};
    const cook_toom *f = c->filter;
    const bool integers = c->products == TILE_I16;
    const int64_t weights = c->elements * c->out_blocks * c->in_blocks * C16 * C16 * conv_tile_number_bytes(c->products);
    tile_product product = {.positions = c->block_tiles, .in_blocks = c->in_blocks, .last_lanes = c->last_lanes, .numbers = c->products,
                            .weights = weights, .cold = p->cold};
    conv_tile_define_product(e, &c->tile[which], &product, machine);
    template_text(e, "type", dtype_of(x->elem)->ctype);
    template_text(e, "load", integers ? "w16_load_u8" : c16_load(x->elem));
    template_text(e, "part", integers ? "w16" : "v16");
    template_text(e, "half", integers ? "int16_t" : "float");
    template_text(e, "store_element", integers ? "w16_store" : c16_store(conv_tile_elem(c->products)));
    template_text(e, "store_result", c16_store(s->out[0].elem));
    template_int(e, "m_h", f[0].m);
    template_int(e, "m_w", f[1].m);
    template_int(e, "n_h", f[0].n);
    template_int(e, "n_w", f[1].n);
    template_int(e, "elements", c->elements);
    template_int(e, "step_h", f[0].m * f[0].stride);
    template_int(e, "step_w", f[1].m * f[1].stride);
    template_int(e, "batch", s->out[0].dims[0]);
    template_int(e, "in_blocks", c->in_blocks);
    template_int(e, "out_blocks", c->out_blocks);
    define_tiles(c, &s->out[0], body->arena, e);
    template_int(e, "block_tiles", c->block_tiles);
    template_int(e, "in_slices", c->in_slices);
    template_int(e, "shared", c->phases > 1 && !c->in_slices);
    template_int(e, "extent", c->extent);
    template_int(e, "slot", c->slot);
    template_int(e, "v_bytes", c->v_bytes);
    template_number(e, "pitch", block_pitch(c));
    template_int(e, "v_line", LINE / conv_tile_number_bytes(c->products));
    template_number(e, "v_element", c->varies ? number_open("v_element") : number_known(c->v_element));
    template_number(e, "product_element", c->varies ? number_open("product_element") : number_known(c->product_element));
    template_int(e, "pool_h", c->pool[0]);
    template_int(e, "pool_w", c->pool[1]);
    template_int(e, "bias", c->bias);
    template_int(e, "x_batch", x->batch);
    template_int(e, "x_block", x->block);
    template_number(e, "x_row", operand_row(x));
    template_number(e, "x_origin", c16_window_origin(body->arena, x, &c->window));
    template_call(e, "input_transform", put_input_transform, &w);
    template_call(e, "output_transform", put_output_transform, &w);
    template_call(e, "tile", put_tile, &w);
    template_call(e, "target", put_target, &w);
    template_call(e, "sum", put_sum, &w);
    template_call(e, "result", put_result, &w);
    template_call(e, "four_results", put_four_results, &w);
    template_int(e, "fours", int8_saturation(s) && f[1].m / c->pool[1] >= 4);
    return template_expand(e, "backend/kernels/conv_winograd.c.in", body, p->diags) && w.ok;
}

const kernel_family kernel_conv_winograd = {.name = "conv_winograd", .accepts = accepts, .list = list, .plan = plan_winograd, .emit = emit_winograd,
                                            .constant_time = step_always_constant_time, .open = OPEN_PLANES};
