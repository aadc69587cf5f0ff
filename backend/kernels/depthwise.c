/* Depthwise convolution on NCHW16c: each lane is a channel of its own, so a tap is one vector FMA a position. */
#include "backend/kernels/depthwise.h"

#include "backend/kernels/c16.h"
#include "backend/schedule/schedule.h"

#include <string.h>

typedef struct schedule {
    window window;
    int64_t blocks;
    int64_t cols[TARGET_MAX]; /* positions of a row in registers */
    int bias;                 /* operand, -1: none */
} schedule;

bool depthwise_is(const node *n) {
    if (n->op != OP_conv || !c16_is(n->outputs[0]) || !c16_is(n->inputs[0]) || n->prologue || !c16_constants(n)) return false;
    int64_t channels = type_size(&n->inputs[0]->type, 1);
    return node_int(n, "group") == channels && type_size(&n->outputs[0]->type, 1) == channels && channels > 1 &&
           (!n->epilogue || expr_has_vector_form(n->epilogue));
}

static void write_weights(const packed *k, void *to) {
    const value_type *t = &k->source->type;
    const float *from = k->source->data;
    int64_t channels = type_size(t, 0), taps = type_size(t, 2) * type_size(t, 3);
    for (int64_t c = 0; c < channels; c++)
        for (int64_t tap = 0; tap < taps; tap++) ((float *)to)[(c / C16 * taps + tap) * C16 + c % C16] = from[c * taps + tap];
}

packed depthwise_weights(const node *n) {
    const value_type *t = &n->inputs[1]->type;
    const int64_t taps = type_size(t, 2) * type_size(t, 3), count = c16_blocks(type_size(t, 0)) * taps * C16;
    return (packed){.source = n->inputs[1]->constant, .form = "depthwise c16", .elem = DT_F32, .count = count, .write = write_weights};
}

/* ---- candidates: how many positions of a row at a time? ---- */

enum { MOST_COLS = 14 };

/* Half of the registers are for inputs, of which neighbours share some, and weights. */
static int64_t most_cols(const target *t) {
    int64_t fit = t->all_registers / 2 / t->registers;
    return fit > MOST_COLS ? MOST_COLS : fit;
}

/* A row in tiles of at most `most`, as even as they come. */
static int64_t even_cols(int64_t width, int64_t most) {
    int64_t tiles = (width + most - 1) / most;
    return (width + tiles - 1) / tiles;
}

/* Cycles of a tile: its multiply-adds, the loads for them, of which two go in a cycle, never less than their latency; a
 * third more when they compete for registers. */
static double tile_cycles(int64_t cols, double taps, const target *t) {
    enum { FMA_LATENCY = 4 };
    double cycles = taps * (double)cols * t->fma_cycles, loads = taps * (double)((cols + 1) * t->registers) / 2;
    if (loads > cycles) cycles = loads;
    if (cycles < taps * FMA_LATENCY) cycles = taps * FMA_LATENCY;
    return cols > most_cols(t) ? cycles * 4 / 3 : cycles;
}

static double row_cycles(int64_t width, int64_t cols, double taps, const target *t) {
    const int64_t rest = width % cols;
    return (double)(width / cols) * tile_cycles(cols, taps, t) + (rest ? tile_cycles(rest, taps, t) : 0);
}

int64_t depthwise_cols(int64_t width, double taps, const target *t, double *cycles) {
    const int64_t cols = even_cols(width, most_cols(t));
    *cycles = row_cycles(width, cols, taps, t);
    return cols;
}

static void list(const plan *p, const node *n, candidate_list *ways) {
    const target *t = p->machine;
    window w;
    if (!window_of(n, &w, p->diags)) return;
    int64_t width = w.out[1].size;
    double taps = (double)(w.kernel[0] * w.kernel[1]), rows = (double)(type_count(&n->outputs[0]->type) / width) / C16;
    for (int64_t most = most_cols(t) * 3 / 2; most > 0; most--) {
        int64_t cols = even_cols(width, most);
        double us = cost_microseconds(t, rows * row_cycles(width, cols, taps, t));
        candidate_add(ways, us, NULL, &cols, sizeof cols, "tile 1x%lld", (long long)cols);
    }
}

static bool plan_depthwise(plan *p, const node *n, step *s) {
    schedule *d = ARENA_NEW(p->arena, schedule);
    if (!window_of(n, &d->window, p->diags)) return false;
    int64_t channels = type_size(&n->outputs[0]->type, 1), taps = d->window.kernel[0] * d->window.kernel[1];
    d->blocks = c16_blocks(channels);
    d->bias = c16_add_convolution(p, s, n, depthwise_weights(n));
    int64_t width = d->window.out[1].size;
    for (int i = 0; i < p->n_targets; i++)
        d->cols[i] = plan_decided_for(p, i) ? *(const int64_t *)schedule_decisions(s) : even_cols(width, most_cols(p->targets[i]));
    step_set_extent_before(p, s, 3);
    s->schedule = d;
    s->macs = WORK(type_count(&n->outputs[0]->type), taps);
    s->summary = arena_printf(p->arena, "%lldx%lld, tile 1x%lld", (long long)d->window.kernel[0], (long long)d->window.kernel[1], (long long)d->cols[0]);
    return true;
}

/* ---- the text of a row ---- */

static void put_result(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const depthwise_row *r = context;
    char acc[32];
    snprintf(acc, sizeof acc, "a%lld", (long long)args[0]);
    c16_epilogue(out, &(c16_leaf){r->step, false, 0, 0, args[0], acc});
}

static void put_target(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const depthwise_row *r = context;
    c16_address(out, "y0", &r->step->out[0], false, 0, 0, args[0]);
}

/* What tap (ky, kx) multiplies for position q. */
static void put_tap(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const depthwise_row *r = context;
    const number col = number_known((args[1] * r->window->dilation[1] + args[2] * r->window->stride[1]) * C16);
    const number row = r->lines ? number_known(0) : number_mul(out->arena, r->tap_row, number_known(args[0]));
    const number offset = number_add(out->arena, row, col);
    text_put(out, "p");
    if (r->lines) text_printf(out, "%lld", (long long)args[0]);
    if (!number_is(offset, 0)) text_printf(out, " + %s", number_text(out->arena, offset));
}

static void put_row(void *context, text *out, int n, const int64_t *args) {
    (void)n, (void)args;
    depthwise_row *r = context;
    if (!template_expand(r->env, "backend/kernels/depthwise_row.c.in", out, r->plan->diags)) r->ok = false;
}

void depthwise_define_row(template_env *outer, depthwise_row *r) {
    const window *w = r->window;
    const int64_t width = w->out[1].size;
    template_env *e = template_env_within(outer);
    r->env = e, r->ok = true;
    template_text(e, "type", dtype_of(r->elem)->ctype);
    template_text(e, "load", c16_load(r->elem));
    template_text(e, "store", c16_store(r->step->out[0].elem));
    template_number(e, "width", r->width);
    template_int(e, "tile", r->cols);
    template_int(e, "full_cols", width / r->cols * r->cols);
    template_int(e, "last_cols", width % r->cols);
    template_int(e, "kernel_h", w->kernel[0]);
    template_int(e, "kernel_w", w->kernel[1]);
    template_int(e, "lines", r->lines);
    template_int(e, "x_col", w->stride[1] * C16);
    template_number(e, "tap_row", r->tap_row);
    template_int(e, "tap_col", w->dilation[1] * C16);
    template_call(e, "tap", put_tap, r);
    template_call(e, "result", put_result, r);
    template_call(e, "target", put_target, r);
    template_call(outer, "row", put_row, r);
}

static bool emit_depthwise(const plan *p, const step *s, const target *machine, text *body) {
    const schedule *d = s->schedule;
    const operand *x = &s->in[0];
    const window *w = &d->window;
    template_env *e = template_env_new(body->arena);
    arena *a = body->arena;
    const number row = operand_row(x);
    depthwise_row r = {.plan = p, .step = s, .window = w, .elem = x->elem, .cols = d->cols[plan_target_index(p, machine)],
                       .width = operand_size(&s->out[0], 3), .tap_row = number_mul(a, row, number_known(w->dilation[0]))};
    depthwise_define_row(e, &r);
    template_text(e, "type", dtype_of(x->elem)->ctype);
    template_int(e, "taps", w->kernel[0] * w->kernel[1]);
    template_int(e, "batch", x->dims[0]);
    template_int(e, "channel_blocks", d->blocks);
    template_number(e, "height", operand_size(&s->out[0], 2));
    template_int(e, "bias", d->bias);
    template_int(e, "x_batch", x->batch);
    template_int(e, "x_block", x->block);
    template_number(e, "x_row", number_mul(a, row, number_known(w->stride[0])));
    template_number(e, "x_origin", c16_window_origin(a, x, w));
    return template_expand(e, "backend/kernels/depthwise.c.in", body, p->diags) && r.ok;
}

const kernel_family kernel_depthwise = {.name = "depthwise", .accepts = depthwise_is, .list = list, .plan = plan_depthwise, .emit = emit_depthwise,
                                        .constant_time = step_always_constant_time, .open = OPEN_PLANES};
