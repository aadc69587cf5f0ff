/* Matrix products of f32 in register tiles: `rows` rows of A times `blocks` x 16 columns of B. A constant B is packed in
 * panels of 16 columns, [N/16][K][16], so that it is read in order; any other B is read as it lies. Gemm is the same
 * kernel: alpha, beta and C become part of the epilogue. What does not fit here goes to matmul_plain. */
#include "backend/kernels/c16.h"
#include "backend/kernels/matmul.h"
#include "backend/kernels/narrow.h"

#include <string.h>

typedef struct tiling {
    int64_t rows, blocks, chunk; /* chunk: row tiles of one piece of work */
} tiling;

/* How weights are stored, and the register tile that reads them so. */
typedef struct form {
    const char *tile;
    void (*write)(const packed *p, void *to);
    int streams;    /* blocks of weights that are read at once, at most */
    int sums, held; /* vectors in registers of a result, and of a block of weights beside operands */
    double product, row; /* cycles for a step of K: of a result, and of a row that is rounded for each tile */
} form;

typedef struct schedule {
    product product;
    const form *form;
    bool packed;
    narrow_weights narrow;
    int scale, zero; /* operands, -1: none */
    const expr *tree;
    tiling tiling[TARGET_MAX];
} schedule;

static bool accepts(const node *n) {
    product m;
    if (!product_of(n, &m) || m.elem != DT_F32 || m.cols < 8 || m.w_vector) return false;
    if (m.trans_w && !n->inputs[1]->constant) return false;
    return expr_has_vector_form(product_tree(n->parent->graph->arena, n));
}

/* ---- packing ---- */

/* Rows of B as packed: groups and pairs are filled up with zeros. */
static int64_t packed_inner(const schedule *s) {
    const narrow_weights *n = &s->narrow;
    return n->groups ? type_size(&n->groups->type, 1) * n->group : n->pairs ? (s->product.inner + 1) / 2 * 2 : s->product.inner;
}

/* Numbers of a column that lie side by side: eight of 4 bits are a lane of a vector. */
static int64_t lane_numbers(const narrow_weights *n) { return n->elem == DT_I4 ? 8 : 1; }

/* In groups, the last filled up with zeros: [N/16][K/8][16 columns][8] of 4 bits, [N/16][K][16 columns] of 8. */
static void write_groups(const packed *k, void *to) {
    const schedule *s = k->context;
    const product *m = &s->product;
    const float *from = k->source->data;
    const int64_t side = lane_numbers(&s->narrow), words = packed_inner(s) / side;
    for (int64_t j = 0; j < m->cols; j++)
        for (int64_t i = 0; i < m->inner; i++) {
            int64_t at = ((j / 16 * words + i / side) * 16 + j % 16) * side + i % side;
            dtype_store_int(s->narrow.elem, to, at, narrow_number(&s->narrow, j, i, from[m->trans_w ? j * m->inner + i : i * m->cols + j]));
        }
}

/* [N/16][groups][16 columns] */
static void write_by_group(const packed *k, void *to) {
    const constant *from = k->source;
    int64_t cols = type_size(&from->type, 0), groups = type_size(&from->type, 1);
    for (int64_t j = 0; j < cols; j++)
        for (int64_t g = 0; g < groups; g++)
            dtype_store_float(k->elem, to, (j / 16 * groups + g) * 16 + j % 16, dtype_load_float(from->type.elem, from->data, j * groups + g));
}

/* Of bf16 in pairs: [N/16][K/2][16 columns][2]. */
static void write_pairs(const packed *k, void *to) {
    const schedule *s = k->context;
    const product *m = &s->product;
    const float *from = k->source->data;
    for (int64_t j = 0; j < m->cols; j++)
        for (int64_t i = 0; i < m->inner; i++) {
            int64_t at = ((j / 16 * ((m->inner + 1) / 2) + i / 2) * 16 + j % 16) * 2 + i % 2;
            narrow_store(&s->narrow, to, at, j, from[m->trans_w ? j * m->inner + i : i * m->cols + j]);
        }
}

static int add_by_group(plan *p, step *s, const constant *c, dtype elem) {
    int64_t count = (type_size(&c->type, 0) + 15) / 16 * 16 * type_size(&c->type, 1);
    return step_add_packed(p, s, (packed){.source = c, .form = "panels of 16 columns", .elem = elem, .count = count, .write = write_by_group});
}

static void write_panels(const packed *k, void *to) {
    const schedule *s = k->context;
    const product *m = &s->product;
    const float *from = k->source->data;
    int64_t panels = (m->cols + 15) / 16, matrix = m->inner * m->cols, at = 0;
    for (int64_t b = 0; b < m->w_batches; b++)
        for (int64_t p = 0; p < panels; p++)
            for (int64_t i = 0; i < m->inner; i++)
                for (int64_t j = p * 16; j < p * 16 + 16; j++, at++)
                    if (j < m->cols)
                        narrow_store(&s->narrow, to, at, j, from[b * matrix + (m->trans_w ? j * m->inner + i : i * m->cols + j)]);
}

static const form *form_of(const narrow_weights *n) {
    static const form plain = {"backend/kernels/matmul_tile.c.in", write_panels, 8, 1, 0, 1, 0},
                      groups = {"backend/kernels/matmul_groups.c.in", write_groups, 4, 2, 1, 1, 0},
                      pairs = {"backend/kernels/matmul_pairs.c.in", write_pairs, 8, 1, 0, 0.5, 0.25};
    return n->groups ? &groups : n->pairs ? &pairs : &plain;
}

/* ---- choosing a tile ---- */

/* Cycles a tile takes for one step of K: an FMA a cycle and vector, never less than the latency of dependent FMAs, plus
 * the loads. */
static double tile_cycles(const form *f, int64_t rows, int64_t blocks) {
    double fma = (double)(rows * blocks);
    return (fma < 8 ? 8 : fma) * f->product + 0.5 * (double)blocks + f->row * (double)rows;
}

static double total_cycles(const schedule *c, int64_t rows, int64_t blocks) {
    const product *m = &c->product;
    const form *f = c->form;
    int64_t panels = (m->cols + 15) / 16, row_rest = m->rows % rows, rest = panels % blocks;
    double full = (double)(m->rows / rows), groups = (double)(panels / blocks);
    double cycles = groups * full * tile_cycles(f, rows, blocks);
    if (row_rest) cycles += groups * tile_cycles(f, row_rest, blocks);
    if (rest) cycles += full * tile_cycles(f, rows, rest);
    if (row_rest && rest) cycles += tile_cycles(f, row_rest, rest);
    return cycles;
}

enum {
    BYTES_AHEAD = 4096,      /* that are fetched where weights in groups come from beyond L2, measured */
    MOST_ROUNDED = 1 << 15,  /* numbers of rows of A, as bf16 on the stack */
};

/* Numbers of a row of A that is rounded, whole vectors. */
static int64_t pitch_of(const product *m) { return (m->inner + 15) / 16 * 16; }

/* Rows of a tile: those that lie a multiple of many cache lines apart fall into few sets of L1, and evict one another. */
static int64_t most_rows(const schedule *c) {
    enum { SETS = 64, WAYS = 8, LINE = 16 /* floats */ };
    const product *m = &c->product;
    if (c->narrow.pairs) return MOST_ROUNDED / pitch_of(m);
    if (m->trans_x || m->inner % LINE) return m->rows;
    int64_t between = m->inner / LINE, sets = SETS;
    while (sets > 1 && between % 2 == 0) between /= 2, sets /= 2;
    return sets * WAYS;
}

static tiling choose_tiling(const schedule *c, const target *t) {
    tiling best = {1, 1, 1};
    double least = -1;
    const product *m = &c->product;
    const form *f = c->form;
    int64_t panels = (m->cols + 15) / 16, most = most_rows(c);
    if (most > m->rows) most = m->rows;
    for (int64_t blocks = 1; blocks <= panels && blocks <= f->streams && blocks <= t->accumulators; blocks++)
        for (int64_t rows = 1; rows <= most && (f->sums * rows + f->held) * blocks <= t->accumulators; rows++) {
            double cycles = total_cycles(c, rows, blocks);
            if (least < 0 || cycles < least) least = cycles, best = (tiling){rows, blocks, 1};
        }
    best.chunk = 16; /* enough to use a panel of B while it is in cache */
    return best;
}

static narrow_weights choose_weights(const plan *p, const constant *w, const product *m) {
    if (!w || m->w_batches > 1) return (narrow_weights){.elem = DT_F32};
    const weight_channels c = {.channels = m->cols, .count = m->inner, .channel = m->trans_w ? m->inner : 1, .between = m->trans_w ? 1 : m->cols, .groups = true};
    narrow_weights n = narrow_choose(p, w, &c, m->batches * m->rows);
    bool pairs = p->options.compute == DT_BF16 && !n.groups && n.elem != DT_I8 && !m->trans_x && pitch_of(m) <= MOST_ROUNDED;
    return pairs ? narrow_pairs(w, &c) : n;
}

static number chunks_of(arena *a, const product *m, const tiling *g) { return number_ceil_div(a, m->at.rows, g->rows * g->chunk); }
static number groups_of(arena *a, const product *m, const tiling *g) { return number_ceil_div(a, m->at.cols, g->blocks * 16); }

static bool plan_matmul(plan *p, const node *n, step *s) {
    schedule *c = ARENA_NEW(p->arena, schedule);
    product *m = &c->product;
    product_of(n, m);
    c->packed = n->inputs[1]->constant != NULL;
    c->tree = product_tree(p->arena, n);
    c->narrow = choose_weights(p, n->inputs[1]->constant, m);
    c->form = form_of(&c->narrow);
    s->schedule = c;
    for (int i = 0; i < n->n_inputs; i++) {
        if (!n->inputs[i]) continue;
        packed k = {.source = n->inputs[1]->constant, .elem = c->narrow.elem, .change = c->narrow.change, .write = c->form->write, .context = c,
                    .form = arena_printf(p->arena, "panels of 16 columns%s %s%s", m->trans_w ? ", transposed" : "", dtype_of(c->narrow.elem)->name,
                                         c->narrow.pairs ? " in pairs" : ""),
                    .count = m->w_batches * ((m->cols + 15) / 16) * packed_inner(c) * 16};
        s->input_operand[i] = i == 1 && c->packed ? step_add_packed(p, s, k) : step_add_input(p, s, n->inputs[i]);
    }
    c->scale = c->narrow.scale    ? c16_add_channel_constant(p, s, c->narrow.scale, m->cols)
               : c->narrow.groups ? add_by_group(p, s, c->narrow.groups, c->narrow.group_scale)
                                  : -1;
    c->zero = c->narrow.zeros ? add_by_group(p, s, c->narrow.zeros, DT_I8) : -1;
    step_add_output(p, s, n->outputs[0]);
    product_measure(p->arena, s, m);
    s->macs = WORK(m->batches, m->rows, m->inner, m->cols);
    if (c->narrow.pairs) s->product = DT_BF16;
    for (int t = 0; t < p->n_targets; t++) {
        tiling *g = &c->tiling[t];
        *g = choose_tiling(c, p->targets[t]);
        s->extent[t] = number_mul(p->arena, m->at.batches, number_mul(p->arena, groups_of(p->arena, m, g), chunks_of(p->arena, m, g)));
        s->unit_work[t] = WORK(g->rows, g->chunk, g->blocks, 16, m->inner);
    }
    const char *narrow = c->narrow.elem == DT_F32 ? "" : arena_printf(p->arena, " as %s%s", dtype_of(c->narrow.elem)->name, c->narrow.pairs ? " in pairs" : "");
    s->summary = arena_printf(p->arena, "%lldx%lldx%lld%s%s, tile %lldx%lld", (long long)m->rows, (long long)m->inner,
                              (long long)m->cols, c->packed ? ", packed" : "", narrow, (long long)c->tiling[0].rows,
                              (long long)c->tiling[0].blocks * 16);
    return true;
}

/* ---- emission ---- */

typedef struct emitting {
    const plan *plan;
    const step *step;
    template_env *env;
} emitting;

const char *matmul_lanes(arena *a, int64_t last) { return last ? arena_printf(a, "%lld", (long long)last) : "lanes"; }

/* result(o, r, lanes): the finished vector of block o, row r, of which the first `lanes` are valid. */
static void put_result(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const emitting *m = context;
    const schedule *c = m->step->schedule;
    position at = {.step = m->step, .split = m->step->out[0].rank - 1};
    const char *lanes = matmul_lanes(out->arena, args[2]);
    at.row = arena_printf(out->arena, "(row + %lld)", (long long)args[1]);
    at.col = arena_printf(out->arena, "(col + %lld)", (long long)args[0] * 16);
    at.acc = arena_printf(out->arena, "a%lld_%lld", (long long)args[0], (long long)args[1]);
    if (c->narrow.scale) at.acc = arena_printf(out->arena, "v16_mul(%s, v16_load(x%d + col + %lld))", at.acc, c->scale, (long long)args[0] * 16);
    if (args[2] < 16) at.lanes = lanes;
    put_vector(out, c->tree, &at);
}

/* rows_of(blocks, last): all row tiles of one piece of work, for a group of `blocks` panels, the last with `last` columns. */
static void put_rows(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    emitting *m = context;
    template_env *e = template_env_within(m->env);
    template_int(e, "blocks", args[0]);
    template_int(e, "last", args[1]);
    template_expand(e, "backend/kernels/matmul_rows.c.in", out, m->plan->diags);
}

/* The text at `path` for a register tile: rows, blocks, valid columns in the last panel. */
static void expand_tile(const emitting *m, text *out, const int64_t *args, const char *path) {
    template_env *e = template_env_within(m->env);
    template_int(e, "rows", args[0]);
    template_int(e, "blocks", args[1]);
    template_int(e, "last", args[2]);
    template_text(e, "lanes", matmul_lanes(out->arena, args[2]));
    template_expand(e, path, out, m->plan->diags);
}

/* tile(rows, blocks, last): one register tile at row y. */
static void put_tile(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const emitting *m = context;
    expand_tile(m, out, args, ((const schedule *)m->step->schedule)->form->tile);
}

/* store(rows, blocks, last): all results of a register tile. */
static void put_tile_store(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    expand_tile(context, out, args, "backend/kernels/matmul_store.c.in");
}

static void put_batch(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const emitting *m = context;
    const product *k = &((const schedule *)m->step->schedule)->product;
    product_batch_index(out, k, args[0] ? &k->w_batch : &k->x_batch, "batch");
}

/* row_sum(offset, inner, n): the sum of n numbers from a + offset on, `inner` apart. */
static void put_row_sum(void *context, text *out, int n, const int64_t *args) {
    (void)context, (void)n;
    if (args[1] == 1 && args[2] == 16) {
        text_printf(out, "v16_sum(v16_load(a + %lld))", (long long)args[0]);
        return;
    }
    if (args[1] == 1 && args[2] == 32) {
        text_printf(out, "v16_sum(v16_add(v16_load(a + %lld), v16_load(a + %lld)))", (long long)args[0], (long long)args[0] + 16);
        return;
    }
    for (int64_t i = 0; i < args[2]; i++) text_printf(out, "%sa[%lld]", i ? " + " : "", (long long)(args[0] + i * args[1]));
}

static void define_groups(const schedule *c, const target *machine, template_env *e) {
    if (!c->narrow.groups) return;
    const narrow_weights *n = &c->narrow;
    const dtype t = n->group_scale;
    const int64_t groups = type_size(&n->groups->type, 1), side = lane_numbers(n), word = 16 * side * dtype_of(n->elem)->bits / 8;
    const int64_t group_bytes = n->group / side * word, ahead = BYTES_AHEAD / group_bytes;
    template_int(e, "group", n->group);
    template_int(e, "groups_inner", groups);
    template_int(e, "ahead", groups * group_bytes * c->product.cols / 16 > machine->l2 / 2 && groups > 2 * ahead ? ahead : 0);
    template_int(e, "full", c->product.inner / n->group);
    template_int(e, "rest", c->product.inner % n->group);
    template_int(e, "side", side);
    template_int(e, "word", word);
    template_int(e, "words", n->group / side);
    template_int(e, "w_block", groups * group_bytes);
    template_int(e, "scale", c->scale);
    template_int(e, "zero", c->zero);
    template_text(e, "zero_step", c->zero < 0 ? "" : ", zero += 16");
    template_call(e, "row_sum", put_row_sum, NULL);
    template_text(e, "scale_type", dtype_of(t)->ctype);
    template_text(e, "load_scale", t == DT_BF16 ? "v16_load_bf16" : t == DT_F16 ? "v16_load_f16" : "v16_load");
}

static bool emit_matmul(const plan *p, const step *s, const target *t, text *body) {
    const schedule *c = s->schedule;
    const product *m = &c->product;
    const tiling *g = &c->tiling[plan_target_index(p, t)];
    arena *a = body->arena;
    int64_t panels = (m->cols + 15) / 16, last = m->cols - (panels - 1) * 16;
    const number chunks = chunks_of(a, m, g), one = number_known(1);
    template_env *e = template_env_new(a);
    template_int(e, "batched", !number_is(m->at.batches, 1));
    template_number(e, "rows_total", m->at.rows);
    template_number(e, "inner", m->at.inner);
    template_number(e, "cols", m->at.cols);
    template_number(e, "x_row", m->trans_x ? one : m->at.inner);
    template_number(e, "x_inner", m->trans_x ? m->at.rows : one);
    template_number(e, "x_matrix", number_mul(a, m->at.rows, m->at.inner));
    template_number(e, "w_matrix", c->packed ? number_known(panels * 16 * packed_inner(c)) : number_mul(a, m->at.inner, m->at.cols));
    template_number(e, "w_inner", c->packed ? number_known(16) : m->at.cols);
    template_int(e, "w_block", c->packed ? 16 * packed_inner(c) : 16);
    template_int(e, "packed", c->packed);
    template_int(e, "pairs", c->narrow.pairs);
    template_int(e, "pitch", pitch_of(m));
    narrow_define(&c->narrow, e);
    define_groups(c, t, e);
    template_int(e, "tile_rows", g->rows);
    template_int(e, "tile_blocks", g->blocks);
    template_int(e, "chunk", g->chunk * g->rows);
    template_number(e, "chunks", chunks);
    template_int(e, "split", !number_is(chunks, 1));
    template_number(e, "groups", groups_of(a, m, g));
    template_int(e, "rest_blocks", panels % g->blocks);
    template_int(e, "cut", last);
    emitting context = {.plan = p, .step = s, .env = e};
    template_call(e, "result", put_result, &context);
    template_call(e, "rows_of", put_rows, &context);
    template_call(e, "tile", put_tile, &context);
    template_call(e, "store", put_tile_store, &context);
    template_call(e, "batch_index", put_batch, &context);
    return template_expand(e, "backend/kernels/matmul.c.in", body, p->diags);
}

const kernel_family kernel_matmul = {.name = "matmul", .accepts = accepts, .plan = plan_matmul, .emit = emit_matmul, .constant_time = step_always_constant_time, .open = OPEN_ANY};
