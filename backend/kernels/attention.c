/* softmax(scale * Q K^T + mask) V of f32, a few rows of Q at a time: their scores stay in L1 or L2 from the first product to the
 * second. The keys of one head are put into panels of 16 first, so that a lane is a key; products are those of matmul's
 * register tiles. Rows may lie any distance apart, so heads need no transposes. */
#include "backend/kernels/row_major.h"
#include "backend/schedule/schedule.h"

#include "ir/attention.h"

enum { ROWS_OF_UNIT = 256 }; /* about so many share the keys of a head as they are packed */

typedef struct tiling {
    int64_t rows, score_blocks, value_blocks; /* a register tile, and its vectors of 16 keys, or of 16 columns of V */
} tiling;

typedef struct schedule {
    attention_rows q, k, v, y;
    int64_t batches, rows, inner, keys, cols;
    int64_t chunk, units, extent; /* rows of a unit; units that may run in parallel, and parts that do */
    int64_t most_rows, slot;      /* of a tile on any target; bytes of scratch a part */
    bool in_slices;
    tiling tiling[TARGET_MAX];
} schedule;

static bool accepts(const node *n) {
    if (n->op != OP_attention || !row_major_accepts(n) || n->epilogue) return false;
    return n->inputs[0]->type.elem == DT_F32 && type_size(&n->inputs[1]->type, -1) > 0 && type_count(&n->outputs[0]->type) > 0;
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

static void measure(const node *n, schedule *c) {
    c->q = attention_rows_of(n, &n->inputs[0]->type, 0);
    c->k = attention_rows_of(n, &n->inputs[1]->type, 1);
    c->v = attention_rows_of(n, &n->inputs[2]->type, 2);
    c->y = attention_result(n);
    int last = c->q.rank - 1;
    c->rows = c->q.size[last - 1], c->inner = c->q.size[last], c->keys = c->k.size[last - 1], c->cols = c->v.size[last];
    c->batches = 1;
    for (int i = 0; i < last - 1; i++) c->batches *= c->q.size[i];
}

/* Multiply-adds of a row, unused lanes and all. */
static int64_t row_work(const schedule *c) {
    return WORK(panels_of(c->keys), 16, c->inner) + WORK(c->keys, panels_of(c->cols), 16);
}

static bool plan_attention(plan *p, const node *n, step *s) {
    schedule *c = ARENA_NEW(p->arena, schedule);
    measure(n, c);
    step_add_node(p, s, n);
    for (int i = 0; i < p->n_targets; i++) {
        c->tiling[i] = choose_tiling(c, p->targets[i]);
        if (c->tiling[i].rows > c->most_rows) c->most_rows = c->tiling[i].rows;
    }
    c->chunk = ROWS_OF_UNIT;
    while (p->options.slice && c->chunk > 1 && WORK(c->chunk, row_work(c)) > p->options.slice) c->chunk /= 2;
    c->units = c->batches * ((c->rows + c->chunk - 1) / c->chunk);
    c->in_slices = p->options.slice;
    c->extent = c->in_slices ? 1 : least(schedule_threads(p), c->units);
    c->slot = panels_of(c->keys) * 16 * (c->inner + c->most_rows) * (int64_t)sizeof(float);
    step_add_scratch(p, s, c->extent * c->slot);
    step_set_extent(s, c->extent);
    if (c->in_slices) s->phases = c->units;
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
    expand(f->emitting, e, f->store, out);
}

static void put_tile(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    tile_form *f = context;
    const schedule *c = f->emitting->step->schedule;
    int last = c->q.rank - 1;
    template_env *e = template_env_within(f->emitting->env);
    template_int(e, "rows", args[0]);
    template_int(e, "blocks", args[1]);
    template_int(e, "last", args[2]);
    template_int(e, "packed", !f->values);
    template_int(e, "x_row", f->values ? panels_of(c->keys) * 16 : c->q.stride[last - 1]);
    template_int(e, "x_inner", 1);
    template_int(e, "inner", f->values ? c->keys : c->inner);
    template_int(e, "w_inner", f->values ? c->v.stride[last - 1] : 16);
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
    const attention_rows *r = (const attention_rows *[]){&c->q, &c->k, &c->v, &c->y}[args[0]];
    number sizes[IR_MAX_RANK], strides[IR_MAX_RANK];
    numbers_known(r->rank, c->q.size, sizes);
    numbers_known(r->rank, r->stride, strides);
    if (!put_strided_index(out, r->rank - 2, sizes, strides, "batch")) text_put(out, "0");
}

/* mask(r, o, lanes): what is added to block o of the scores of row top + r. */
static void put_mask(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const step *s = ((const emitting *)context)->step;
    const schedule *c = s->schedule;
    const operand *x = &s->in[s->input_operand[3]];
    int rank = c->q.rank, i_mask = s->input_operand[3];
    number dims[IR_MAX_RANK];
    for (int i = 0; i < rank; i++) dims[i] = number_known(i == rank - 1 ? c->keys : c->q.size[i]);
    text row = {.arena = out->arena};
    const char *at = arena_printf(out->arena, "(batch * %lld + top + %lld)", (long long)c->rows, (long long)args[0]);
    if (!put_broadcast_index(&row, x, rank, dims, 0, rank - 1, at)) text_put(&row, "0");
    if (operand_run(out->arena, x, rank, dims, rank - 1, rank) == RUN_REPEAT) text_printf(out, "v16_set(x%d[%s])", i_mask, row.bytes);
    else if (args[2] < 16) text_printf(out, "v16_load_n(x%d + %s + col + %lld, %lld)", i_mask, row.bytes, (long long)args[1] * 16, (long long)args[2]);
    else text_printf(out, "v16_load(x%d + %s + col + %lld)", i_mask, row.bytes, (long long)args[1] * 16);
}

static void define_sizes(const step *s, const tiling *g, template_env *e) {
    const schedule *c = s->schedule;
    int last = c->q.rank - 1;
    template_int(e, "units", c->units);
    template_int(e, "extent", c->extent);
    template_int(e, "in_slices", c->in_slices);
    template_int(e, "slot", c->slot);
    template_int(e, "chunk", c->chunk);
    template_int(e, "chunks", c->units / c->batches);
    template_int(e, "rows_total", c->rows);
    template_int(e, "inner", c->inner);
    template_int(e, "keys", c->keys);
    template_int(e, "rest_keys", c->keys % 16);
    template_int(e, "cols", c->cols);
    template_int(e, "pitch", panels_of(c->keys) * 16);
    template_int(e, "k_row", c->k.stride[last - 1]);
    template_int(e, "y_row", c->y.stride[last - 1]);
    template_int(e, "masked", s->node->n_inputs > 3);
    template_int(e, "tile_rows", g->rows);
    template_int(e, "score_blocks", g->score_blocks);
    template_int(e, "value_blocks", g->value_blocks);
}

static bool emit_attention(const plan *p, const step *s, const target *t, text *body) {
    const schedule *c = s->schedule;
    template_env *e = template_env_new(body->arena);
    emitting m = {.plan = p, .step = s, .env = e, .ok = true};
    tile_form of_scores = {&m, false, "backend/kernels/attention_scores.c.in"}, of_values = {&m, true, "backend/kernels/attention_values.c.in"};
    define_sizes(s, &c->tiling[plan_target_index(p, t)], e);
    template_text(e, "scale", arena_printf(body->arena, "%.8ef", node_float(s->node, "scale")));
    template_call(e, "rows_of", put_rows, &m);
    template_call(e, "score_tile", put_tile, &of_scores);
    template_call(e, "value_tile", put_tile, &of_values);
    template_call(e, "start", put_start, &m);
    template_call(e, "mask", put_mask, &m);
    return template_expand(e, "backend/kernels/attention.c.in", body, p->diags) && m.ok;
}

const kernel_family kernel_attention = {.name = "attention", .accepts = accepts, .plan = plan_attention, .emit = emit_attention,
                                        .constant_time = step_always_constant_time};
