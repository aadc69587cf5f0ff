/* Convolution of unsigned bytes with signed weights: the register tile of direct convolution, in which a step multiplies four
 * channels of a position with those weights of 16 outputs. Sums are exact, so results are the same on every target. */
#include "backend/kernels/byte_pairs.h"
#include "backend/kernels/conv_tile.h"
#include "backend/kernels/int8.h"
#include "backend/schedule/schedule.h"

#include <string.h>

enum { QUAD = 4, QUADS = C16 / QUAD };

typedef struct schedule {
    window window;
    int64_t group, in_blocks, out_blocks; /* blocks of a group of the convolution */
    int64_t last_quads;                   /* of four channels, in the last input block */
    int64_t height, width;                /* as walked: flat planes have one row; without incomplete windows of the pooling */
    int64_t pool[2];                      /* its windows are max-pooled: 1x1 where not */
    bool flat;
    register_tile tile[TARGET_MAX];
    byte_product products[TARGET_MAX];
    int64_t first_sums[TARGET_MAX];
    const byte_pairs *pairs; /* NULL: products of two fours are not added up in 16 bits */
    struct {
        int64_t block, tap_row;
    } strides;                   /* of the input, for its fours */
    int begins, fours, of_fours; /* operands: which fours of channels have a rest, and those */
} schedule;

static bool accepts(const node *n) {
    if (!int8_accepts(n)) return false;
    int64_t group = node_int(n, "group"), in = type_size(&n->inputs[0]->type, 1), out = type_size(&n->outputs[0]->type, 1);
    return group == 1 || (in / group % C16 == 0 && out / group % C16 == 0);
}

/* [OC/16][IC/16][KH][KW][4 quads][16 oc][4 ic] */
static void write_weights(const packed *k, void *to) {
    const schedule *s = k->context;
    const value_type *t = &k->source->type;
    const int8_t *from = k->source->data;
    int64_t outs = type_size(t, 0), ins = type_size(t, 1), taps = type_size(t, 2) * type_size(t, 3);
    for (int64_t o = 0; o < outs; o++)
        for (int64_t i = 0; i < ins; i++)
            for (int64_t tap = 0; tap < taps; tap++) {
                int64_t at = (o / C16 * s->in_blocks + i / C16) * taps + tap, quad = at * QUADS + i % C16 / QUAD;
                ((int8_t *)to)[(quad * C16 + o % C16) * QUAD + i % QUAD] = from[(o * ins + i) * taps + tap];
            }
}

static int64_t quads_of(const schedule *s) { return (s->in_blocks - 1) * QUADS + s->last_quads; }

/* Of images with no more than four channels a step takes taps of a row instead. */
static bool by_taps(const schedule *s) { return s->in_blocks == 1 && s->last_quads == 1; }

/* Splitting reads all input and pays off for many outputs; which bytes have a rest is a branch that data decide. */
static bool may_split(const plan *p, const node *n, const schedule *s) {
    enum { FEW_BLOCKS = 3 };
    const bool counted = s->in_blocks * QUADS <= UINT16_MAX;
    return !p->options.constant_time && !schedule_is_open(n) && s->group == 1 && s->out_blocks > FEW_BLOCKS && counted && !by_taps(s);
}

static bool describe(const plan *p, const node *n, const operand *x, schedule *c) {
    window *w = &c->window;
    if (!window_of(n, w, p->diags)) return false;
    int64_t ins = type_size(&n->inputs[1]->type, 1);
    c->group = node_int(n, "group");
    c->in_blocks = c16_blocks(ins);
    c->out_blocks = c16_blocks(type_size(&n->inputs[1]->type, 0)) / c->group;
    c->last_quads = ((ins - 1) % C16 + QUAD) / QUAD;
    int n_pool;
    const int64_t *pool = node_ints(n, "pool", &n_pool);
    for (int i = 0; i < 2; i++) c->pool[i] = n_pool ? pool[i] : 1;
    c->flat = !n_pool && w->kernel[0] * w->kernel[1] == 1 && w->stride[0] == 1 && w->stride[1] == 1 && operand_is_flat(x);
    c->height = c->flat ? 1 : w->out[0].size / c->pool[0] * c->pool[0];
    c->width = c->flat ? w->out[0].size * w->out[1].size : w->out[1].size / c->pool[1] * c->pool[1];
    return true;
}

static tile_plane plane_of(const schedule *s, const byte_product *product) {
    return (tile_plane){
        .height = s->height, .width = s->width, .out_blocks = s->out_blocks, .unit = {s->pool[0], s->pool[1]}, .prepare = product->prepare};
}

/* A target as this tile uses it: two products in a cycle where they are one instruction each, so that tiles which load less
 * win, and no more sums than gcc keeps in registers beside weights and bytes of an unrolled step, and beside products in 16 bits
 * where there are those. Where bytes are prepared, products take longer than any loads. */
static target machine_of(const target *t, const byte_product *product) {
    enum { MOST_SUMS = 24, MOST_SUMS_OF_PAIRS = 4 };
    target dots = *t;
    if (product->prepare > 0) dots.fma_cycles = product->cycles;
    else if (dots.fma_cycles > 0.5) dots.fma_cycles *= 0.5;
    if (dots.accumulators > MOST_SUMS) dots.accumulators = MOST_SUMS;
    if (t->saturates) dots.accumulators = MOST_SUMS_OF_PAIRS;
    return dots;
}

static void list(const plan *p, const node *n, candidate_list *ways) {
    enum { TILES = 6 };
    operand x = plan_operand(p, n->inputs[0]);
    schedule s = {.group = 1};
    if (!describe(p, n, &x, &s)) return;
    const target *machine = p->machine;
    const byte_product product = int8_product(n, machine, may_split(p, n, &s));
    const tile_plane plane = plane_of(&s, &product);
    const target dots = machine_of(machine, &product);
    tile_choice tiles[TILES];
    double steps = (double)(x.dims[0] * s.group * s.out_blocks * quads_of(&s) * s.window.kernel[0] * s.window.kernel[1]);
    const double positions = (double)(s.height * s.width);
    int count = register_tile_list(&plane, &dots, tiles, TILES);
    for (int i = 0; i < count; i++) {
        const register_tile *t = &tiles[i].tile;
        const double products = tiles[i].cycles + (product.cycles - dots.fma_cycles) * positions; /* what they take beside loads */
        double cycles = cost_with_weights(p, machine, steps * products, steps * C16 * QUAD * cost_streams(t->blocks));
        candidate_add(ways, cost_microseconds(machine, cycles), NULL, t, sizeof *t, "tile %lldx%lldx%lld", (long long)t->blocks, (long long)t->rows,
                      (long long)t->cols);
    }
}

/* Weights in pairs, where all targets split bytes and few weights have a rest. */
static const constant *pair_weights(const plan *p, const node *n, schedule *c) {
    const constant *w = n->inputs[1]->constant;
    for (int i = 0; i < p->n_targets; i++)
        if (!c->products[i].splits) return w;
    const byte_pairs made = byte_pairs_make(p->arena, w);
    const double few = 0.12, fours = (double)(c->out_blocks * c->in_blocks * QUADS * c->window.kernel[0] * c->window.kernel[1]);
    if ((double)made.n_rests > few * fours) return w;
    c->pairs = arena_copy(p->arena, &made, sizeof made);
    return made.weights;
}

static void write_begins(const packed *k, void *to) { memcpy(to, ((const schedule *)k->context)->pairs->begins, dtype_bytes(k->elem, k->count)); }

/* Where the input of a four of channels of a tap lies, in bytes from the window's first. */
static void write_fours(const packed *k, void *to) {
    const schedule *c = k->context;
    const window *w = &c->window;
    for (int64_t i = 0; i < c->pairs->n_rests; i++) {
        const int64_t four = c->pairs->rests[i].four, tap = four / QUADS % (w->kernel[0] * w->kernel[1]);
        ((int32_t *)to)[i] = (int32_t)(four / QUADS / (w->kernel[0] * w->kernel[1]) * c->strides.block + tap / w->kernel[1] * c->strides.tap_row +
                                       tap % w->kernel[1] * w->dilation[1] * C16 + four % QUADS * QUAD);
    }
}

static void write_rests(const packed *k, void *to) {
    const byte_pairs *pairs = ((const schedule *)k->context)->pairs;
    for (int64_t i = 0; i < pairs->n_rests; i++) memcpy((int8_t *)to + i * C16 * QUAD, pairs->rests[i].taken, C16 * QUAD);
}

static void add_pairs(plan *p, step *s, schedule *c, const operand *x) {
    if (!c->pairs || !c->pairs->n_rests) return;
    const packed k = {.source = c->pairs->weights, .context = c};
    packed begins = k, fours = k, rests = k;
    c->strides.block = x->block, c->strides.tap_row = x->row * c->window.dilation[0];
    begins.form = "where rests begin", begins.elem = DT_I32, begins.count = c->out_blocks + 1, begins.write = write_begins;
    fours.form = "which fours have rests", fours.elem = DT_I32, fours.count = c->pairs->n_rests, fours.write = write_fours;
    rests.form = "rests", rests.elem = DT_I8, rests.count = c->pairs->n_rests * C16 * QUAD, rests.write = write_rests;
    c->begins = step_add_packed(p, s, begins);
    c->fours = step_add_packed(p, s, fours);
    c->of_fours = step_add_packed(p, s, rests);
}

/* Scratch where bytes are split on a target: short numbers, stored as the input is, and for each of its positions in which fours
 * of channels there is a rest, and in how many. A phase of its own makes them. */
static void plan_split(plan *p, step *s, const schedule *c, const operand *x) {
    bool splits = false;
    for (int i = 0; i < p->n_targets; i++) splits |= c->products[i].splits;
    if (!splits) return;
    const int64_t positions = x->dims[0] * (x->block / C16), entries = positions * (c->in_blocks * QUADS + 1);
    step_add_scratch(p, s, positions * c->in_blocks * C16 + entries * (int64_t)sizeof(uint16_t));
    s->phases = number_known(2);
}

static bool plan_conv(plan *p, const node *n, step *s) {
    schedule *c = ARENA_NEW(p->arena, schedule);
    operand x = plan_operand(p, n->inputs[0]);
    if (!describe(p, n, &x, c)) return false;
    const window *w = &c->window;
    int64_t taps = w->kernel[0] * w->kernel[1];
    for (int i = 0; i < p->n_targets; i++) c->products[i] = int8_product(n, p->targets[i], may_split(p, n, c));
    int8_add_operands(p, s, n,
                      (packed){.source = pair_weights(p, n, c),
                               .form = "conv o16i16 in fours",
                               .elem = DT_I8,
                               .count = c->group * c->out_blocks * c->in_blocks * taps * C16 * C16,
                               .write = write_weights,
                               .context = c},
                      c->products, c->first_sums);
    for (int i = 0; i < p->n_targets; i++) {
        const tile_plane plane = plane_of(c, &c->products[i]);
        const target dots = machine_of(p->targets[i], &c->products[i]);
        c->tile[i] = plan_decided_for(p, i) ? *(const register_tile *)schedule_decisions(s) : register_tile_choose(&plane, &dots, NULL);
        s->extent[i] = number_known(type_size(&n->outputs[0]->type, 0) * c->group * (c->out_blocks / c->tile[i].blocks));
    }
    s->schedule = c;
    plan_split(p, s, c, &x);
    add_pairs(p, s, c, &x);
    s->macs = WORK(type_count(&n->outputs[0]->type), c->pool[0], c->pool[1], type_size(&n->inputs[1]->type, 1), taps);
    s->product = DT_U8;
    const bool pools = c->pool[0] * c->pool[1] > 1;
    const char *pooled = pools ? arena_printf(p->arena, " + max pool %lldx%lld", (long long)c->pool[0], (long long)c->pool[1]) : "";
    s->summary = arena_printf(p->arena, "direct int8 %lldx%lld%s%s, tile %lldx%lldx%lld", (long long)w->kernel[0], (long long)w->kernel[1],
                              c->flat ? " flat" : "", pooled, (long long)c->tile[0].blocks, (long long)c->tile[0].rows, (long long)c->tile[0].cols);
    return true;
}

/* ---- writing it ---- */

/* Stored position (row r, column q + `next` of the tile) of output block o, whose epilogue is e. Rounding to f32 keeps the order. */
static void put_position(const tile_context *t, text *out, const int64_t *args, int64_t next, const expr *e) {
    const int64_t *pool = ((const schedule *)t->step->schedule)->pool, o = args[0], r = args[1], cols = args[2], rows = args[3];
    text acc = {.arena = out->arena};
    for (int64_t i = 1; i < pool[0] * pool[1]; i++) text_put(&acc, "v16_max(");
    for (int64_t i = 0; i < pool[0] * pool[1]; i++) {
        const int64_t first = ((o * rows + r * pool[0] + i / pool[1]) * cols + next * pool[1] + i % pool[1]) * C16;
        const char *plus = first ? arena_printf(out->arena, " + %lld", (long long)first) : "";
        text_printf(&acc, "%sv16_from_i32(v16i_load(sums%s + q * %lld))%s", i ? ", " : "", plus, (long long)(pool[1] * C16), i ? ")" : "");
    }
    c16_expression(out, &(c16_leaf){t->step, t->flat, o, r, next, acc.bytes}, e);
}

static void put_result(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const tile_context *t = context;
    put_position(t, out, args, 0, t->step->node->epilogue);
}

/* Four positions before saturation, and its bounds: what v16_store_4u8 takes. */
static void put_four_results(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const tile_context *t = context;
    const expr *e = int8_saturation(t->step);
    for (int64_t i = 0; i < 4; i++) {
        put_position(t, out, args, i, e->args[0]);
        text_put(out, ", ");
    }
    int8_put_bounds(out, e);
}

/* Lines of the next weights that a tile prefetches for each tap of each input block. */
static int64_t choose_ahead(const plan *p, const schedule *s, const register_tile *t, const target *machine) {
    const int64_t taps = s->window.kernel[0] * s->window.kernel[1], bytes = s->group * s->out_blocks * s->in_blocks * taps * C16 * C16;
    return register_tile_lines_ahead(t, &(tile_plane){.height = s->height, .width = s->width}, QUADS, bytes, p->cold, machine);
}

static bool emit_conv(const plan *p, const step *s, const target *machine, text *body) {
    const schedule *c = s->schedule;
    const int which = plan_target_index(p, machine);
    const register_tile *tile = &c->tile[which];
    const operand *x = &s->in[0];
    const window *w = &c->window;
    const bool taps = by_taps(c);
    const struct {
        const char *name;
        int64_t value;
    } variables[] = {{"batch", x->dims[0]},
                     {"groups", c->group * (c->out_blocks / tile->blocks)},
                     {"groups_per_group", c->out_blocks / tile->blocks},
                     {"grouped", c->group > 1},
                     {"in_blocks", c->in_blocks},
                     {"first_sums", c->first_sums[which]},
                     {"w_block", c->in_blocks * w->kernel[0] * w->kernel[1] * C16 * C16},
                     {"kernel_h", w->kernel[0]},
                     {"tap_cols", taps ? 1 : w->kernel[1]},
                     {"steps", taps ? w->kernel[1] : QUADS},
                     {"last_steps", taps       ? w->kernel[1]
                                    : c->pairs ? QUADS
                                               : c->last_quads},
                     {"step_weights", taps ? C16 * C16 : C16 * QUAD},
                     {"step_bytes", taps ? w->dilation[1] * C16 : QUAD},
                     {"x_batch", x->batch},
                     {"x_block", x->block},
                     {"x_col", w->stride[1] * C16},
                     {"tap_col", w->dilation[1] * C16},
                     {"full_rows", c->height / tile->rows * tile->rows},
                     {"last_rows", c->height % tile->rows},
                     {"flat", c->flat},
                     {"scattered", c->flat && !c16_flat(s)},
                     {"plane_w", w->out[1].size},
                     {"ahead", taps ? 0 : choose_ahead(p, c, tile, machine)},
                     {"phases", s->phases.n},
                     {"splits", c->products[which].splits},
                     {"zero", c->products[which].zero},
                     {"quads", c->in_blocks * QUADS},
                     {"positions", x->block / C16},
                     {"pairs", c->pairs != NULL},
                     {"n_rests", c->pairs ? c->pairs->n_rests : 0},
                     {"rest_begins", c->begins},
                     {"rest_fours", c->fours},
                     {"rest_weights", c->of_fours},
                     {"furthest", (c->in_blocks - 1) * x->block + (w->kernel[0] - 1) * c->strides.tap_row +
                                      ((w->kernel[1] - 1) * w->dilation[1] + 1) * C16 - QUAD},
                     {"pool_h", c->pool[0]},
                     {"pool_w", c->pool[1]}};
    template_env *e = template_env_new(body->arena);
    tile_context context = {.plan = p, .step = s, .env = e, .path = "backend/kernels/conv_int8_tile.c.in", .flat = c->flat, .ok = true};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) template_int(e, variables[i].name, variables[i].value);
    arena *a = body->arena;
    const number row = operand_row(x);
    template_number(e, "x_row", number_mul(a, row, number_known(w->stride[0])));
    template_number(e, "tap_row", number_mul(a, row, number_known(w->dilation[0])));
    template_number(e, "x_origin", c16_window_origin(a, x, w));
    register_tile_define(tile, c->width, e);
    template_text(e, "store", c16_store(s->out[0].elem));
    template_text(e, "dot", c->products[which].dot);
    template_int(e, "fours", int8_saturation(s) && (!c->flat || c16_flat(s)));
    template_call(e, "result", put_result, &context);
    template_call(e, "four_results", put_four_results, &context);
    conv_tile_define_text(e, &context);
    return template_expand(e, "backend/kernels/conv_int8.c.in", body, p->diags) && context.ok;
}

const kernel_family kernel_conv_int8 = {.name = "conv_int8", .accepts = accepts, .list = list, .plan = plan_conv, .emit = emit_conv,
                                        .constant_time = step_always_constant_time};
