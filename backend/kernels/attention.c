/* softmax(scale * Q K^T + mask) V of f32, a few rows of Q at a time: their scores stay in L1 or L2 from the first product to the
 * second. The keys of one head are put into panels of 16 first, so that a lane is a key; products are those of matmul's
 * register tiles. Rows may lie any distance apart, so heads need no transposes. */
#include "backend/kernels/matmul.h"
#include "backend/kernels/row_major.h"
#include "backend/schedule/schedule.h"

#include "ir/attention.h"

#include <string.h>

enum { ROWS_OF_UNIT = 256 }; /* about so many share the keys of a head as they are packed */

typedef struct tiling {
    int64_t rows, score_blocks, value_blocks; /* a register tile, and its vectors of 16 keys, or of 16 columns of V */
} tiling;

/* The axes of a tensor as rows, of the sizes of the run. */
typedef struct matrices {
    number size[IR_MAX_RANK], stride[IR_MAX_RANK];
} matrices;

typedef struct schedule {
    int rank;
    matrices q, k, v, y;
    int64_t batches, rows, inner, keys, cols; /* the most */
    number n_rows, n_keys;
    int64_t chunk, extent;        /* rows of a unit; parts that run in parallel */
    number chunks, units;         /* of a matrix; of all */
    int64_t most_rows, slot;      /* of a tile on any target; bytes of scratch a part */
    bool in_slices;
    tiling tiling[TARGET_MAX];
} schedule;

static bool accepts(const node *n) {
    if (n->op != OP_attention || !row_major_accepts(n) || n->epilogue) return false;
    const value_type *k = &n->inputs[1]->type, *v = &n->inputs[2]->type;
    if (!dim_is_number(k->dims[k->rank - 1]) || !dim_is_number(v->dims[v->rank - 1])) return false;
    return n->inputs[0]->type.elem == DT_F32 && type_size(k, -1) > 0 && type_count(&n->outputs[0]->type) > 0;
}

static int64_t panels_of(int64_t cols) { return (cols + 15) / 16; }
static int64_t least(int64_t x, int64_t y) { return x < y ? x : y; }

/* Four vectors a row where there are registers for several rows of them: then loads are half as many as multiply-adds. */
static tiling choose_tiling(const schedule *c, const target *t) {
    enum { WIDE = 4, LEAST_ROWS = 4, MOST_ROWS = 14 };
    int64_t wide = t->accumulators / WIDE >= LEAST_ROWS ? WIDE : 1;
    tiling g = {.value_blocks = least(panels_of(c->cols), wide)};
    g.rows = least(least(t->accumulators / g.value_blocks, MOST_ROWS), c->rows);
    g.score_blocks = least(t->accumulators / g.rows, panels_of(c->keys));
    return g;
}

static matrices matrices_of(arena *a, const operand *x, const attention_rows *r) {
    matrices m;
    for (int k = 0; k < r->rank; k++) {
        m.size[k] = operand_size(x, r->axis[k]);
        m.stride[k] = operand_count(a, x, r->axis[k] + 1, x->rank);
    }
    return m;
}

static void measure(arena *a, const step *s, schedule *c) {
    const node *n = s->node;
    attention_rows r[4];
    matrices *const m[4] = {&c->q, &c->k, &c->v, &c->y};
    for (int i = 0; i < 4; i++) {
        r[i] = i < 3 ? attention_rows_of(n, &n->inputs[i]->type, i) : attention_result(n);
        *m[i] = matrices_of(a, i < 3 ? &s->in[s->input_operand[i]] : &s->out[0], &r[i]);
    }
    int last = r[0].rank - 1;
    c->rank = r[0].rank;
    c->rows = r[0].size[last - 1], c->inner = r[0].size[last], c->keys = r[1].size[last - 1], c->cols = r[2].size[last];
    c->n_rows = c->q.size[last - 1], c->n_keys = c->k.size[last - 1];
    c->batches = 1;
    for (int i = 0; i < last - 1; i++) c->batches *= r[0].size[i];
}

/* Multiply-adds of a row, unused lanes and all. */
static int64_t row_work(const schedule *c) {
    return WORK(panels_of(c->keys), 16, c->inner) + WORK(c->keys, panels_of(c->cols), 16);
}

static bool plan_attention(plan *p, const node *n, step *s) {
    schedule *c = ARENA_NEW(p->arena, schedule);
    step_add_node(p, s, n);
    measure(p->arena, s, c);
    for (int i = 0; i < p->n_targets; i++) {
        c->tiling[i] = choose_tiling(c, p->targets[i]);
        if (c->tiling[i].rows > c->most_rows) c->most_rows = c->tiling[i].rows;
    }
    c->chunk = ROWS_OF_UNIT;
    while (p->options.slice && c->chunk > 1 && WORK(c->chunk, row_work(c)) > p->options.slice) c->chunk /= 2;
    c->chunks = number_ceil_div(p->arena, c->n_rows, c->chunk);
    c->units = c->chunks;
    for (int i = 0; i < c->rank - 2; i++) c->units = number_mul(p->arena, c->q.size[i], c->units);
    c->in_slices = p->options.slice;
    const int64_t units = c->batches * ((c->rows + c->chunk - 1) / c->chunk);
    c->extent = c->in_slices ? 1 : least(schedule_threads(p), units);
    c->slot = panels_of(c->keys) * 16 * (c->inner + c->most_rows) * (int64_t)sizeof(float);
    step_add_scratch(p, s, c->extent * c->slot);
    step_set_extent(s, c->extent);
    if (c->in_slices) s->phases = c->units;
    s->whole = s->out[0].rank;
    s->schedule = c;
    s->macs = WORK(c->batches, c->rows, c->keys, c->inner + c->cols);
    s->flops = WORK(4, c->batches, c->rows, c->keys);
    for (int i = 0; c->in_slices && i < p->n_targets; i++) s->unit_work[i] = WORK(least(c->chunk, c->rows), row_work(c));
    s->summary = arena_printf(p->arena, "%lld of %lldx%lld, %lld keys, tile %lldx%lld", (long long)c->batches, (long long)c->rows, (long long)c->inner,
                              (long long)c->keys, (long long)c->tiling[0].rows, (long long)c->tiling[0].value_blocks * 16);
    return true;
}

/* ---- emission ---- */

typedef struct emitting {
    const plan *plan;
    const step *step;
    const template_env *env;
    bool ok;
} emitting;

static void expand(emitting *m, const template_env *e, const char *path, text *out) {
    if (!template_expand(e, path, out, m->plan->diags)) m->ok = false;
}

/* rows_of(rows): a tile of so many rows of Q, from scores to results. */
static void put_rows(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    emitting *m = context;
    template_env *e = template_env_within(m->env);
    template_int(e, "rows", args[0]);
    expand(m, e, "backend/kernels/attention_rows.c.in", out);
}

/* A register tile (matmul_tile.c.in) of rows x blocks, the last block with `last` columns, that `path` stores. */
typedef struct tile_form {
    emitting *emitting;
    bool values;       /* scores times V, or Q times the packed keys */
    const char *store;
} tile_form;

static void put_store_of(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const tile_form *f = context;
    template_env *e = template_env_within(f->emitting->env);
    template_int(e, "rows", args[0]);
    template_int(e, "blocks", args[1]);
    template_int(e, "last", args[2]);
    template_text(e, "lanes", matmul_lanes(out->arena, args[2]));
    expand(f->emitting, e, f->store, out);
}

/* Of a row of scores. */
static number pitch_of(const schedule *c) { return c->n_keys.text ? number_open("pitch") : number_known(panels_of(c->keys) * 16); }

static void put_tile(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    tile_form *f = context;
    const schedule *c = f->emitting->step->schedule;
    int last = c->rank - 1;
    template_env *e = template_env_within(f->emitting->env);
    template_int(e, "rows", args[0]);
    template_int(e, "blocks", args[1]);
    template_int(e, "last", args[2]);
    template_int(e, "packed", !f->values);
    template_text(e, "lanes", matmul_lanes(out->arena, args[2]));
    template_number(e, "x_row", f->values ? pitch_of(c) : c->q.stride[last - 1]);
    template_int(e, "x_inner", 1);
    template_number(e, "inner", f->values ? c->n_keys : number_known(c->inner));
    template_number(e, "w_inner", f->values ? c->v.stride[last - 1] : number_known(16));
    template_int(e, "w_block", f->values ? 16 : 16 * c->inner);
    template_text(e, "weight", "float");
    template_text(e, "load_weights", "v16_load");
    template_call(e, "store", put_store_of, f);
    expand(f->emitting, e, "backend/kernels/matmul_tile.c.in", out);
}

/* start(k): where in q, k, v or y the matrix number `batch` begins. */
static void put_start(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const schedule *c = ((const emitting *)context)->step->schedule;
    const matrices *m = (const matrices *[]){&c->q, &c->k, &c->v, &c->y}[args[0]];
    if (!put_strided_index(out, c->rank - 2, c->q.size, m->stride, "batch")) text_put(out, "0");
}

static void scores_shape(const schedule *c, number *dims) {
    for (int i = 0; i < c->rank; i++) dims[i] = i == c->rank - 1 ? c->n_keys : c->q.size[i];
}

/* Has the mask one number for all keys? */
static bool mask_repeats(arena *a, const step *s) {
    const schedule *c = s->schedule;
    number dims[IR_MAX_RANK];
    scores_shape(c, dims);
    return operand_run(a, &s->in[s->input_operand[3]], c->rank, dims, c->rank - 1, c->rank) == RUN_REPEAT;
}

/* Where the mask's row for row top + r of the scores begins. */
static void put_mask_row(text *out, const schedule *c, const operand *x, const number *dims, int64_t r) {
    arena *a = out->arena;
    bool any;
    if (c->n_rows.text) {
        number strides[IR_MAX_RANK];
        operand_strides(a, x, c->rank, strides);
        any = put_broadcast_index(out, x, c->rank, dims, 0, c->rank - 2, "batch");
        const char *row = number_text(a, number_mul(a, number_open(arena_printf(a, "(top + %lld)", (long long)r)), strides[c->rank - 2]));
        if (strcmp(row, "0") != 0) text_printf(out, "%s%s", any ? " + " : "", row), any = true;
    } else any = put_broadcast_index(out, x, c->rank, dims, 0, c->rank - 1, arena_printf(a, "(batch * %lld + top + %lld)", (long long)c->rows, (long long)r));
    if (!any) text_put(out, "0");
}

/* mask(r, o, lanes): what is added to block o of the scores of row top + r. */
static void put_mask(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const step *s = ((const emitting *)context)->step;
    const schedule *c = s->schedule;
    const operand *x = &s->in[s->input_operand[3]];
    int i_mask = s->input_operand[3];
    number dims[IR_MAX_RANK];
    scores_shape(c, dims);
    text row = {.arena = out->arena};
    put_mask_row(&row, c, x, dims, args[0]);
    if (mask_repeats(out->arena, s)) text_printf(out, "v16_set(x%d[%s])", i_mask, row.bytes);
    else if (args[2] < 16) text_printf(out, "v16_load_n(x%d + %s + col + %lld, %s)", i_mask, row.bytes, (long long)args[1] * 16, matmul_lanes(out->arena, args[2]));
    else text_printf(out, "v16_load(x%d + %s + col + %lld)", i_mask, row.bytes, (long long)args[1] * 16);
}

static void define_sizes(const step *s, const tiling *g, arena *a, template_env *e) {
    const schedule *c = s->schedule;
    int last = c->rank - 1;
    template_number(e, "units", c->units);
    template_int(e, "extent", c->extent);
    template_int(e, "in_slices", c->in_slices);
    template_int(e, "slot", c->slot);
    template_int(e, "chunk", c->chunk);
    template_number(e, "chunks", c->chunks);
    template_int(e, "split", !number_is(c->chunks, 1));
    template_number(e, "rows_total", c->n_rows);
    template_int(e, "inner", c->inner);
    template_number(e, "keys", c->n_keys);
    template_number(e, "rest_keys", number_apply(a, "%", c->n_keys, number_known(16)));
    template_int(e, "cols", c->cols);
    template_number(e, "pitch", pitch_of(c));
    template_number(e, "k_row", c->k.stride[last - 1]);
    template_number(e, "y_row", c->y.stride[last - 1]);
    const bool masked = s->node->n_inputs > 3;
    template_int(e, "masked", masked);
    template_int(e, "cut_mask", masked && !mask_repeats(a, s));
    template_int(e, "tile_rows", g->rows);
    template_int(e, "score_blocks", g->score_blocks);
    template_int(e, "value_blocks", g->value_blocks);
}

static bool emit_attention(const plan *p, const step *s, const target *t, text *body) {
    const schedule *c = s->schedule;
    template_env *e = template_env_new(body->arena);
    emitting m = {.plan = p, .step = s, .env = e, .ok = true};
    tile_form of_scores = {&m, false, "backend/kernels/attention_scores.c.in"}, of_values = {&m, true, "backend/kernels/attention_values.c.in"};
    define_sizes(s, &c->tiling[plan_target_index(p, t)], body->arena, e);
    template_text(e, "scale", arena_printf(body->arena, "%.8ef", node_float(s->node, "scale")));
    template_call(e, "rows_of", put_rows, &m);
    template_call(e, "score_tile", put_tile, &of_scores);
    template_call(e, "value_tile", put_tile, &of_values);
    template_call(e, "start", put_start, &m);
    template_call(e, "mask", put_mask, &m);
    return template_expand(e, "backend/kernels/attention.c.in", body, p->diags) && m.ok;
}

const kernel_family kernel_attention = {.name = "attention", .accepts = accepts, .plan = plan_attention, .emit = emit_attention, .constant_time = step_always_constant_time, .open = OPEN_ANY};
