/* A 1x1 convolution and the depthwise one that alone reads it, as in the inverted residuals of Sandler et al., "MobileNetV2:
 * Inverted residuals and linear bottlenecks", 2018: a few output blocks of the first at a time, row by row, of which the last
 * ones stay in L1 until the second has used them. The plane between is never stored. Sums are those of conv_direct and
 * depthwise, in the same order. */
#include "backend/kernels/c16.h"
#include "backend/kernels/conv_tile.h"
#include "backend/kernels/depthwise.h"
#include "backend/kernels/narrow.h"
#include "backend/schedule/schedule.h"

enum {
    MAX_ROWS = 8192, /* floats on the stack */
    MAX_TAPS = 25,   /* that are written out */
    TILES = 32,      /* that are looked at */
};

typedef struct tiling {
    register_tile tile; /* of the 1x1 convolution, on a row */
    int64_t cols;       /* of the depthwise one */
} tiling;

typedef struct schedule {
    window window;                                /* of the depthwise convolution */
    int64_t images, in_blocks, last_lanes, blocks; /* lanes: input channels of the last block */
    int64_t height, width;                        /* of the plane between */
    int64_t span, line;                           /* rows that a result needs; floats of a row, with padding */
    tiling tiling[TARGET_MAX];
    int64_t parts[TARGET_MAX]; /* of the rows of the result, of which each computes the first rows between again */
    step pointwise;            /* what the 1x1 convolution's epilogue is read from */
    int bias, taps_weights, taps_bias; /* operands; -1: none */
} schedule;

/* The first of the two: nothing but its input comes from memory that changes. */
static bool is_expansion(const node *n) {
    if (n->prologue || !c16_is_pointwise(n) || (n->epilogue && !expr_has_vector_form(n->epilogue))) return false;
    for (int i = n->n_core_inputs; i < n->n_inputs; i++)
        if (n->inputs[i] && !n->inputs[i]->constant) return false;
    return true;
}

static bool accepts(const node *n) {
    window w;
    if (!depthwise_is(n) || !window_of(n, &w, NULL)) return false;
    const value *between = n->inputs[0];
    const node *c = between->producer;
    if (!c || value_only_user(between) != n || c->parent != n->parent || !is_expansion(c)) return false;
    const value *const all[] = {c->inputs[0], between, n->outputs[0]};
    for (int i = 0; i < 3; i++)
        if (type_stored(&all[i]->type) != DT_F32 || !type_is_static(&all[i]->type)) return false;
    return w.kernel[0] * w.kernel[1] <= MAX_TAPS && w.stride[0] <= (w.kernel[0] - 1) * w.dilation[0] + 1;
}

/* ---- tiles and parts ---- */

static bool describe(const node *n, schedule *s, diagnostics *d) {
    const value_type *x = &n->inputs[0]->producer->inputs[0]->type, *between = &n->inputs[0]->type;
    if (!window_of(n, &s->window, d)) return false;
    const window *w = &s->window;
    s->images = type_size(x, 0);
    s->in_blocks = c16_blocks(type_size(x, 1));
    s->last_lanes = type_size(x, 1) - (s->in_blocks - 1) * C16;
    s->blocks = c16_blocks(type_size(between, 1));
    s->height = type_size(between, 2), s->width = type_size(between, 3);
    s->span = (w->kernel[0] - 1) * w->dilation[0] + 1;
    int64_t read = (w->out[1].size - 1) * w->stride[1] + (w->kernel[1] - 1) * w->dilation[1] + 1, behind = w->pad_begin[1] + s->width;
    s->line = (read > behind ? read : behind) * C16;
    return true;
}

static int64_t taps_of(const schedule *s) { return s->window.kernel[0] * s->window.kernel[1]; }

/* Rows of the plane between that are computed, more than once where parts meet. */
static double rows_of(const schedule *s, int64_t parts) {
    const window *w = &s->window;
    const int64_t all = (w->out[0].size - 1) * w->stride[0] + s->span - w->pad_begin[0];
    return (double)(all < s->height ? all : s->height) + (double)((parts - 1) * (s->span - w->stride[0]));
}

/* Of rows so that threads have as much to do as each other: what they do to what one would, at least. */
static int64_t choose_parts(const schedule *s, const tiling *t, int64_t threads, double *more) {
    const int64_t groups = s->images * (s->blocks / t->tile.blocks);
    int64_t best = 1;
    *more = 1e300;
    for (int64_t parts = 1; parts <= s->window.out[0].size && parts <= 2 * threads; parts++) {
        const int64_t units = groups * parts, rounds = (units + threads - 1) / threads;
        const double idle = (double)(rounds * threads) / (double)units, again = rows_of(s, parts) / rows_of(s, 1);
        if (idle * again < *more * 0.99) *more = idle * again, best = parts;
    }
    return best;
}

/* Of a row of tiles, beyond their products: the epilogue of many accumulators is not hidden behind the products of the next
 * tile (Zen 5: 43 cycles of 28 after 16 input channels, none of 14). */
static double stall_cycles(const schedule *s, const register_tile *t) {
    enum { HIDDEN = 16 };
    const int64_t positions = register_tile_full_columns(t, s->width);
    return t->blocks * t->cols > HIDDEN ? 1.5 * (double)(positions * t->blocks) : 0;
}

static double estimate(const plan *p, const schedule *s, const tiling *t, double tile_cycles) {
    const target *machine = p->machine;
    const double planes = (double)s->images * (double)s->blocks, products = planes * (double)(s->in_blocks * C16);
    double more, row_cycles;
    choose_parts(s, t, cost_threads(p), &more);
    depthwise_cols(s->window.out[1].size, (double)taps_of(s), machine, &row_cycles);
    const double pointwise = rows_of(s, 1) * (products * tile_cycles * 1.06 + planes / (double)t->tile.blocks * stall_cycles(s, &t->tile));
    const double cycles = (pointwise + planes * (double)s->window.out[0].size * row_cycles) * more;
    const double bytes = (double)(s->blocks * s->in_blocks * C16 * C16) * sizeof(float);
    return cost_microseconds(machine, cost_with_weights(p, machine, cycles, bytes * cost_streams(t->tile.blocks)));
}

/* Those whose rows fit, with weights that stay in L1 beside them if that can be had. Their number. */
static int list_tiles(const schedule *s, const target *machine, tile_choice *tiles) {
    const tile_plane row = {.height = 1, .width = s->width, .out_blocks = s->blocks, .unit = {1, 1}};
    int all = register_tile_list(&row, machine, tiles, TILES), n = 0;
    for (int i = 0; i < all; i++) {
        const int64_t blocks = tiles[i].tile.blocks, weights = blocks * s->in_blocks * C16 * C16 * (int64_t)sizeof(float);
        if (blocks * s->span * s->line <= MAX_ROWS && 2 * weights <= machine->l1) tiles[n++] = tiles[i];
    }
    return n;
}

static void list(const plan *p, const node *n, candidate_list *ways) {
    schedule s = {0};
    tile_choice tiles[TILES];
    if (!describe(n, &s, p->diags) || narrow_type(p, s.images * s.height * s.width) != DT_F32) return;
    const int count = list_tiles(&s, p->machine, tiles);
    for (int i = 0; i < count; i++) {
        double cycles;
        const tiling t = {tiles[i].tile, depthwise_cols(s.window.out[1].size, (double)taps_of(&s), p->machine, &cycles)};
        candidate_add(ways, estimate(p, &s, &t, tiles[i].cycles), NULL, &t, sizeof t, "tile %lldx%lld and 1x%lld", (long long)t.tile.blocks,
                      (long long)t.tile.cols, (long long)t.cols);
    }
}

/* For a target that the choice was not made for. */
static tiling choose_tiling(const schedule *s, const target *machine) {
    tile_choice tiles[TILES];
    double cycles;
    tiling best = {.cols = depthwise_cols(s->window.out[1].size, (double)taps_of(s), machine, &cycles)};
    const int count = list_tiles(s, machine, tiles);
    const tile_plane row = {.height = 1, .width = s->width, .out_blocks = 1, .unit = {1, 1}};
    best.tile = count ? tiles[0].tile : register_tile_choose(&row, machine, NULL);
    return best;
}

/* ---- planning ---- */

/* The operands of the 1x1 convolution but its result. */
static void plan_pointwise(plan *p, const node *n, step *s, schedule *c) {
    const value *bias = node_input(n, 2);
    const int64_t channels = type_size(&n->outputs[0]->type, 1);
    s->input_operand[0] = step_add_input(p, s, n->inputs[0]);
    s->input_operand[1] = step_add_packed(p, s, conv_tile_weights(n));
    c->bias = bias ? c16_add_channel_constant(p, s, bias->constant, channels) : -1;
    c16_add_extras(p, s, n, n->n_core_inputs);
    c->pointwise = *s;
    c->pointwise.node = n;
}

static void plan_taps(plan *p, const node *n, step *s, schedule *c) {
    const value *bias = node_input(n, 2);
    for (int i = 0; i < STEP_MAX_OPERANDS; i++) s->input_operand[i] = -1;
    c->taps_weights = s->input_operand[1] = step_add_packed(p, s, depthwise_weights(n));
    c->taps_bias = bias ? c16_add_channel_constant(p, s, bias->constant, type_size(&n->outputs[0]->type, 1)) : -1;
    c16_add_extras(p, s, n, n->n_core_inputs);
    step_add_output(p, s, n->outputs[0]);
}

static bool plan_conv(plan *p, const node *n, step *s) {
    schedule *c = ARENA_NEW(p->arena, schedule);
    if (!describe(n, c, p->diags)) return false;
    const node *pointwise = n->inputs[0]->producer;
    const int64_t ins = type_size(&pointwise->inputs[0]->type, 1), channels = type_size(&n->outputs[0]->type, 1);
    plan_pointwise(p, pointwise, s, c);
    plan_taps(p, n, s, c);
    for (int i = 0; i < p->n_targets; i++) {
        double more;
        const tiling *t = &c->tiling[i];
        c->tiling[i] = plan_decided_for(p, i) ? *(const tiling *)schedule_decisions(s) : choose_tiling(c, p->targets[i]);
        c->parts[i] = choose_parts(c, t, schedule_threads(p), &more);
        const int64_t channels_of_one = t->tile.blocks * C16, results = (c->window.out[0].size + c->parts[i] - 1) / c->parts[i] * c->window.out[1].size;
        const int64_t between = ((results - 1) / c->window.out[1].size * c->window.stride[0] + c->span) * c->width;
        s->extent[i] = number_known(c->images * (c->blocks / t->tile.blocks) * c->parts[i]);
        s->unit_work[i] = WORK(channels_of_one, between, ins) + WORK(channels_of_one, results, taps_of(c));
    }
    s->schedule = c;
    s->macs = WORK(c->images, channels, c->height, c->width, ins) + WORK(type_count(&n->outputs[0]->type), taps_of(c));
    s->error_bound = error_of_sums(1, (double)ins) + error_of_sums(1, (double)taps_of(c));
    s->summary = arena_printf(p->arena, "1x1 from %lld channels, tile %lldx%lld, then %lldx%lld, tile 1x%lld, %lld part%s", (long long)ins,
                              (long long)c->tiling[0].tile.blocks, (long long)c->tiling[0].tile.cols, (long long)c->window.kernel[0],
                              (long long)c->window.kernel[1], (long long)c->tiling[0].cols, (long long)c->parts[0], c->parts[0] > 1 ? "s" : "");
    return true;
}

/* ---- writing it ---- */

static int64_t ring_of(const schedule *s) { return s->span * s->line; }

static void put_target(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const schedule *s = ((const tile_context *)context)->step->schedule;
    text_printf(out, "line + x * 16 + %lld", (long long)(args[0] * ring_of(s) + (s->window.pad_begin[1] + args[2]) * C16));
}

static void put_result(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const schedule *s = ((const tile_context *)context)->step->schedule;
    const char *acc = arena_printf(out->arena, "a%lld_%lld", (long long)args[0], (long long)args[2]);
    c16_epilogue(out, &(c16_leaf){&s->pointwise, false, args[0], args[1], args[2], acc});
}

/* The text of the 1x1 convolution; t must live as long. */
static void define_tile(template_env *outer, const register_tile *tile, const target *machine, tile_context *t) {
    const schedule *s = t->step->schedule;
    template_env *e = template_env_within(outer);
    const int64_t bytes = s->blocks * s->in_blocks * C16 * C16 * (int64_t)sizeof(float);
    const tile_product product = {.positions = s->width, .in_blocks = s->in_blocks, .last_lanes = s->last_lanes};
    const tile_plane plane = {.height = s->height, .width = s->width};
    const int64_t ahead = register_tile_lines_ahead(tile, &plane, C16, bytes, t->plan->cold, machine);
    conv_tile_define_product(e, tile, &product, machine);
    template_int(e, "chunks", 1);
    register_tile_define_ahead(tile, ahead, e);
    template_int(e, "in_blocks", s->in_blocks);
    template_int(e, "x_block", t->step->in[0].block);
    template_call(e, "target", put_target, t);
    template_call(e, "result", put_result, t);
    t->env = e;
    template_int(outer, "ahead", ahead);
    template_int(outer, "w_block", s->in_blocks * C16 * C16);
    template_int(outer, "full_cols", register_tile_full_columns(tile, s->width));
    conv_tile_define_text(outer, t);
}

static bool emit_conv(const plan *p, const step *s, const target *machine, text *body) {
    const schedule *c = s->schedule;
    const int which = plan_target_index(p, machine);
    const tiling *how = &c->tiling[which];
    const operand *x = &s->in[0];
    const window *w = &c->window;
    template_env *e = template_env_new(body->arena);
    tile_context tile = {.plan = p, .step = s, .path = "backend/kernels/conv_tile.c.in", .ok = true};
    depthwise_row row = {.plan = p, .step = s, .window = w, .elem = DT_F32, .cols = how->cols, .width = number_known(w->out[1].size),
                         .tap_row = number_known(c->line), .lines = true};
    const int64_t below = (w->out[0].size - 1) * w->stride[0] + c->span - w->pad_begin[0] - c->height;
    const struct {
        const char *name;
        int64_t value;
    } numbers[] = {{"batch", c->images}, {"groups", c->blocks / how->tile.blocks}, {"parts", c->parts[which]}, {"blocks", how->tile.blocks},
                   {"span", c->span}, {"stride", w->stride[0]}, {"dilation", w->dilation[0]}, {"kernel_h", w->kernel[0]}, {"taps", taps_of(c)},
                   {"above", w->pad_begin[0]}, {"below", below > 0}, {"sides", c->line > c->width * C16}, {"line", c->line}, {"ring", ring_of(c)},
                   {"height", w->out[0].size}, {"between_height", c->height}, {"x_batch", x->batch}, {"x_row", x->row}, {"x_origin", x->origin},
                   {"weights", c->pointwise.input_operand[1]}, {"bias", c->bias}, {"taps_weights", c->taps_weights}, {"taps_bias", c->taps_bias}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) template_int(e, numbers[i].name, numbers[i].value);
    define_tile(e, &how->tile, machine, &tile);
    depthwise_define_row(e, &row);
    return template_expand(e, "backend/kernels/conv_depthwise.c.in", body, p->diags) && tile.ok && row.ok;
}

const kernel_family kernel_conv_depthwise = {.name = "conv_depthwise", .accepts = accepts, .list = list, .plan = plan_conv, .emit = emit_conv,
                                             .constant_time = step_always_constant_time, .joins = true};
