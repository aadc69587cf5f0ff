/* Direct convolution in registers: a tile of `blocks` output blocks of 16 channels x `rows` x `cols` positions is
 * accumulated over all input channels and taps, then the epilogue is applied and the tile stored (DESIGN, "How it gets
 * fast", 2; the layout and blocking of Georganas et al., "Anatomy of high-performance deep learning convolutions on SIMD
 * architectures", 2018). Input: NCHW16c with a halo as wide as the padding, or (stems) padded NCHW. */
#include "backend/kernels/c16.h"

#include <string.h>

typedef struct tiling {
    int64_t blocks, rows, cols; /* of the register tile */
    bool rows_outer;            /* order of the work: row tiles outer, channel groups inner; else the reverse */
} tiling;

typedef struct schedule {
    window window;
    int64_t group, in_blocks, lanes, last_lanes, out_blocks; /* per group of the convolution; lanes: channels of a block */
    int64_t height, width;                                   /* convolved plane as walked: flat ones have one row */
    int64_t pool[2];                                         /* its windows are max-pooled: 1x1 where not */
    bool flat;
    tiling tiling[TARGET_MAX];
    int bias; /* operand, -1: none */
} schedule;

static bool accepts(const node *n) {
    if ((n->op != OP_conv && n->op != OP_conv_max_pool) || !c16_is(n->outputs[0]) || n->prologue) return false;
    int64_t group = node_int(n, "group"), in = type_size(&n->inputs[0]->type, 1), out = type_size(&n->outputs[0]->type, 1);
    if (n->epilogue && !expr_has_vector_form(n->epilogue)) return false;
    return group == 1 || (in / group % C16 == 0 && out / group % C16 == 0);
}

/* ---- packing: [OC/16][IC/16][KH][KW][16 ic][16 oc]; a stem's one block holds its few channels only ---- */

static void write_weights(const packed *k, void *to) {
    const schedule *s = k->context;
    const value_type *t = &k->source->type;
    const float *from = k->source->data;
    int64_t outs = type_size(t, 0), ins = type_size(t, 1), taps = type_size(t, 2) * type_size(t, 3);
    float *at = to;
    for (int64_t ob = 0; ob < c16_blocks(outs); ob++)
        for (int64_t ib = 0; ib < s->in_blocks; ib++)
            for (int64_t tap = 0; tap < taps; tap++)
                for (int64_t i = 0; i < s->lanes; i++)
                    for (int64_t o = 0; o < C16; o++, at++) {
                        int64_t oc = ob * C16 + o, ic = ib * s->lanes + i;
                        if (oc < outs && ic < ins) *at = from[(oc * ins + ic) * taps + tap];
                    }
}

/* ---- choosing a tile ---- */

/* Cycles a tile of `positions` takes for one input channel: an FMA a cycle and vector, never less than the latency of
 * dependent FMAs, plus the loads of weights. */
static double tile_cycles(int64_t blocks, int64_t positions) {
    double fma = (double)(blocks * positions);
    return (fma < 8 ? 8 : fma) + 0.5 * (double)blocks;
}

static double plane_cycles(const schedule *s, tiling t) {
    int64_t rows = s->height / t.rows, cols = s->width / t.cols, last_row = s->height % t.rows, last_col = s->width % t.cols;
    double cycles = (double)(rows * cols) * tile_cycles(t.blocks, t.rows * t.cols);
    if (last_col) cycles += (double)rows * tile_cycles(t.blocks, t.rows * last_col);
    if (last_row) cycles += (double)cols * tile_cycles(t.blocks, last_row * t.cols);
    if (last_row && last_col) cycles += tile_cycles(t.blocks, last_row * last_col);
    return cycles / (double)t.blocks;
}

/* Bytes from beyond L2 for the two orders of work decide which loop is outside. */
static bool rows_outer_is_cheaper(const schedule *s, const operand *x, tiling t, const target *machine) {
    double weights = (double)(s->out_blocks * s->in_blocks * s->window.kernel[0] * s->window.kernel[1] * s->lanes * C16 * 4);
    double input = (double)(s->in_blocks * x->block * 4), groups = (double)(s->out_blocks / t.blocks);
    double tiles = (double)((s->height + t.rows - 1) / t.rows), half = (double)machine->l2 / 2;
    double groups_outer = weights + input * (input > half ? groups : 1);
    double rows_outer = input + weights * (weights > half ? tiles : 1);
    return rows_outer < groups_outer;
}

static tiling choose_tiling(const schedule *s, const operand *x, const target *t) {
    static const int64_t block_choices[] = {1, 2, 4, 8};
    tiling best = {1, s->pool[0], s->pool[1], false};
    double least = 1e300;
    for (int i = 0; i < 4; i++) {
        int64_t blocks = block_choices[i];
        if (s->out_blocks % blocks || (blocks > 1 && t->accumulators < 16)) continue;
        for (int64_t rows = s->pool[0]; rows <= s->height && blocks * rows <= t->accumulators; rows += s->pool[0])
            for (int64_t cols = s->pool[1]; cols <= s->width && blocks * rows * cols <= t->accumulators; cols += s->pool[1]) {
                double cycles = plane_cycles(s, (tiling){blocks, rows, cols, false});
                if (cycles < least) least = cycles, best = (tiling){blocks, rows, cols, false};
            }
    }
    best.rows_outer = rows_outer_is_cheaper(s, x, best, t);
    return best;
}

static bool plan_conv(plan *p, const node *n, step *s) {
    schedule *c = ARENA_NEW(p->arena, schedule);
    if (!window_of(n, &c->window, p->diags)) return false;
    const value *weights = n->inputs[1], *bias = n->n_core_inputs > 2 ? n->inputs[2] : NULL;
    int64_t ins = type_size(&weights->type, 1), outs = type_size(&weights->type, 0);
    c->group = node_int(n, "group");
    bool stem = !c16_is(n->inputs[0]);
    c->lanes = stem ? ins : C16;
    c->in_blocks = stem ? 1 : c16_blocks(ins);
    c->last_lanes = stem ? ins : (ins - 1) % C16 + 1;
    c->out_blocks = c16_blocks(outs) / c->group;
    c->group = c->group > 1 ? c->group : 1;
    s->input_operand[0] = step_add_input(p, s, n->inputs[0]);
    int64_t taps = c->window.kernel[0] * c->window.kernel[1];
    packed k = {.source = weights->constant,
                .form = stem ? "conv o16 stem" : "conv o16i16",
                .elem = DT_F32,
                .count = c16_blocks(outs) * c->in_blocks * taps * c->lanes * C16,
                .write = write_weights,
                .context = c};
    s->input_operand[1] = step_add_packed(p, s, k);
    c->bias = bias ? c16_add_channel_constant(p, s, bias->constant, outs) : -1;
    c16_add_extras(p, s, n, n->n_core_inputs);
    step_add_output(p, s, n->outputs[0]);
    const window *w = &c->window;
    int n_pool;
    const int64_t *pool = node_ints(n, "pool", &n_pool);
    for (int i = 0; i < 2; i++) c->pool[i] = n_pool ? pool[i] : 1;
    c->flat = !stem && taps == 1 && !n_pool && w->stride[0] == 1 && w->stride[1] == 1 && c16_flat(s);
    c->height = c->flat ? 1 : w->out[0].size / c->pool[0] * c->pool[0]; /* incomplete windows are left out */
    c->width = c->flat ? w->out[0].size * w->out[1].size : w->out[1].size / c->pool[1] * c->pool[1];
    for (int i = 0; i < p->n_targets; i++) {
        c->tiling[i] = choose_tiling(c, &s->in[0], p->targets[i]);
        s->extent[i] = type_size(&n->outputs[0]->type, 0) * c->group * (c->out_blocks / c->tiling[i].blocks) *
                       ((c->height + c->tiling[i].rows - 1) / c->tiling[i].rows);
    }
    s->schedule = c;
    s->macs = WORK(type_count(&n->outputs[0]->type), c->pool[0], c->pool[1], ins, taps);
    const tiling *t = &c->tiling[0];
    const char *pooled = n_pool ? arena_printf(p->arena, " + max pool %lldx%lld", (long long)pool[0], (long long)pool[1]) : "";
    s->summary = arena_printf(p->arena, "direct %lldx%lld%s%s, tile %lldx%lldx%lld, %s outer", (long long)w->kernel[0], (long long)w->kernel[1],
                              c->flat ? " flat" : "", pooled, (long long)t->blocks, (long long)t->rows, (long long)t->cols,
                              t->rows_outer ? "rows" : "channels");
    return true;
}

/* ---- writing it ---- */

typedef struct tile_context {
    const plan *plan;
    const step *step;
    const schedule *schedule;
    const template_env *env;
    bool ok;
} tile_context;

/* Offset of convolved position (r, c) from the tile's first input element. */
static void put_offset(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const tile_context *t = context;
    const operand *x = &t->step->in[0];
    bool stem = x->layout.kind == LAYOUT_ROW_MAJOR;
    int64_t row = stem ? x->dims[3] : x->row, pixel = stem ? 1 : C16;
    const window *w = &t->schedule->window;
    text_printf(out, "%lld", (long long)(args[0] * w->stride[0] * row + args[1] * w->stride[1] * pixel));
}

static void put_result(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const tile_context *t = context;
    const int64_t *pool = t->schedule->pool, corner = args[1] * pool[0] * args[3] + args[2] * pool[1];
    text acc = {.arena = out->arena};
    for (int64_t i = 1; i < pool[0] * pool[1]; i++) text_put(&acc, "v16_max(");
    for (int64_t r = 0; r < pool[0]; r++)
        for (int64_t q = 0; q < pool[1]; q++)
            text_printf(&acc, r + q ? ", a%lld_%lld)" : "a%lld_%lld", (long long)args[0], (long long)(corner + r * args[3] + q));
    c16_epilogue(out, &(c16_leaf){t->step, t->schedule->flat, args[0], args[1], args[2], acc.bytes});
}

static void put_target_address(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const tile_context *t = context;
    c16_address(out, "y0", &t->step->out[0], t->schedule->flat, args[0], args[1], args[2]);
}

static void define_input(const schedule *c, const operand *x, template_env *e) {
    bool stem = x->layout.kind == LAYOUT_ROW_MAJOR;
    const window *w = &c->window;
    int64_t row = stem ? x->dims[3] : x->row, pixel = stem ? 1 : C16;
    template_int(e, "x_batch", stem ? x->dims[1] * x->dims[2] * x->dims[3] : x->batch);
    template_int(e, "x_block", stem ? 0 : x->block);
    template_text(e, "lane", stem ? "c * plane" : "c");
    template_int(e, "plane", stem ? x->dims[2] * x->dims[3] : 0);
    template_int(e, "x_row", w->stride[0] * row * c->pool[0]); /* of one stored row */
    template_int(e, "x_col", w->stride[1] * pixel * c->pool[1]);
    template_int(e, "tap_row", w->dilation[0] * row);
    template_int(e, "tap_col", w->dilation[1] * pixel);
    template_int(e, "x_origin", stem ? 0 : x->origin - w->pad_begin[0] * row - w->pad_begin[1] * pixel);
}

static void put_tile(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    tile_context *t = context;
    template_env *e = template_env_within(t->env);
    template_int(e, "rows", args[0]);
    if (!template_expand(e, "backend/kernels/conv_tile.c.in", out, t->plan->diags)) t->ok = false;
}

static bool emit_conv(const plan *p, const step *s, const target *machine, text *body) {
    const schedule *c = s->schedule;
    int which = 0;
    while (p->targets[which] != machine) which++;
    const tiling *t = &c->tiling[which];
    template_env *e = template_env_new(body->arena);
    tile_context context = {.plan = p, .step = s, .schedule = c, .env = e, .ok = true};
    define_input(c, &s->in[0], e);
    template_int(e, "batch", s->out[0].dims[0]);
    template_int(e, "groups", c->group * (c->out_blocks / t->blocks));
    template_int(e, "groups_per_group", c->out_blocks / t->blocks);
    template_int(e, "grouped", c->group > 1);
    template_int(e, "blocks", t->blocks);
    template_int(e, "in_blocks", c->in_blocks);
    template_int(e, "kernel_h", c->window.kernel[0]);
    template_int(e, "kernel_w", c->window.kernel[1]);
    template_int(e, "lanes", c->lanes);
    template_int(e, "last_lanes", c->last_lanes);
    template_int(e, "w_block", c->in_blocks * c->window.kernel[0] * c->window.kernel[1] * c->lanes * C16);
    template_int(e, "bias", c->bias);
    template_int(e, "tile_rows", t->rows);
    template_int(e, "tile_cols", t->cols);
    template_int(e, "row_tiles", (c->height + t->rows - 1) / t->rows);
    template_int(e, "full_row_tiles", c->height / t->rows);
    template_int(e, "last_rows", c->height % t->rows);
    template_int(e, "full_cols", c->width / t->cols * t->cols);
    template_int(e, "last_cols", c->width % t->cols);
    template_int(e, "rows_outer", t->rows_outer);
    template_int(e, "pool_h", c->pool[0]);
    template_int(e, "pool_w", c->pool[1]);
    template_int(e, "flat", c->flat);
    template_call(e, "offset", put_offset, &context);
    template_call(e, "result", put_result, &context);
    template_call(e, "target", put_target_address, &context);
    template_call(e, "tile", put_tile, &context);
    return template_expand(e, "backend/kernels/conv_direct.c.in", body, p->diags) && context.ok;
}

const kernel_family kernel_conv_direct = {"conv_direct", accepts, plan_conv, emit_conv};
