#include "backend/kernels/strassen.h"

#include "backend/kernels/c16.h"
#include "backend/kernels/conv_tile.h"
#include "backend/schedule/schedule.h"

#include <stdlib.h>

enum { PRODUCTS = 7, QUARTERS = 4 };

/* The weights of each product: coefficients of A11, A12, A21, A22; is it of the larger (first) half of rows and columns? The
 * order is that of strassen.c.in. */
static const struct {
    int sum[QUARTERS];
    bool most_rows, most_cols;
} products[PRODUCTS] = {
    {{1, 0, 0, 0}, true, true},   {{0, 1, 0, 0}, true, false},  {{-1, 0, 1, 1}, true, true},   {{1, 0, -1, 0}, false, true},
    {{0, 0, 0, -1}, false, false}, {{0, 0, 1, 1}, false, true}, {{1, 1, -1, -1}, true, false},
};

/* ---- what is packed ---- */

/* A part of the matrix, in blocks, that is added or subtracted. */
typedef struct term {
    int sign;
    int64_t row, col, rows, cols;
} term;

typedef struct strassen_factor {
    int64_t rows, cols, offset; /* floats from the first one's weights */
    int n_terms;
    term terms[16];
} strassen_factor;

/* The larger or the smaller half, a multiple of `unit` if n is. */
static int64_t half(int64_t n, int64_t unit, bool most) {
    int64_t larger = (n + 2 * unit - 1) / (2 * unit) * unit;
    return most ? larger : n - larger;
}

/* Output blocks of a tile that the target likes best: their halves must be multiples of it. */
static int64_t unit_of(const target *t, int64_t out_blocks) {
    enum { RUN = 28 };
    if (out_blocks % 2) return 1;
    tile_plane plane = {.height = 1, .width = RUN, .out_blocks = 2, .unit = {1, 1}};
    return register_tile_choose(&plane, t, NULL).blocks;
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* A quarter of a term, as far as there is such and `part`, the sum it goes to, has room for it. */
static term quarter(const term *t, const strassen_factor *whole, const strassen_factor *part, int64_t unit, int q, int sign) {
    int64_t row = q / 2 ? half(whole->rows, unit, true) : 0, col = q % 2 ? half(whole->cols, 1, true) : 0;
    int64_t rows = least(half(whole->rows, unit, q / 2 == 0), part->rows), cols = least(half(whole->cols, 1, q % 2 == 0), part->cols);
    return (term){sign * t->sign, t->row + row, t->col + col, least(t->rows - row, rows), least(t->cols - col, cols)};
}

/* The order of the matrix, in which sums are rounded. */
static int by_place(const void *x, const void *y) {
    const term *a = x, *b = y;
    int64_t d = a->row != b->row ? a->row - b->row : a->col - b->col;
    return (d > 0) - (d < 0);
}

static void add_factors(strassen *s, const strassen_factor *whole, int levels) {
    if (!levels) {
        strassen_factor *f = &s->factors[s->n_factors++];
        *f = *whole;
        qsort(f->terms, (size_t)f->n_terms, sizeof *f->terms, by_place);
        f->offset = s->weights;
        s->weights += f->rows * f->cols * C16 * C16;
        return;
    }
    for (int e = 0; e < PRODUCTS; e++) {
        strassen_factor part = {.rows = half(whole->rows, s->unit, products[e].most_rows), .cols = half(whole->cols, 1, products[e].most_cols)};
        for (int q = 0; q < QUARTERS; q++)
            for (int i = 0; products[e].sum[q] && i < whole->n_terms; i++) {
                term t = quarter(&whole->terms[i], whole, &part, s->unit, q, products[e].sum[q]);
                if (t.rows > 0 && t.cols > 0) part.terms[part.n_terms++] = t;
            }
        add_factors(s, &part, levels - 1);
    }
}

static void add_term(const term *t, const strassen_factor *f, const weight_matrix *w, float *to) {
    int64_t rows = least(t->rows * C16, w->rows - t->row * C16), cols = least(t->cols * C16, w->cols - t->col * C16);
    for (int64_t i = 0; i < rows; i++) {
        const float *from = w->data + (t->row * C16 + i) * w->cols + t->col * C16;
        float *at = to + i / C16 * f->cols * C16 * C16 + i % C16;
        for (int64_t j = 0; j < cols; j++) at[j * C16] += (float)t->sign * from[j];
    }
}

void strassen_pack(const strassen *s, const weight_matrix *w, float *to) {
    for (int i = 0; i < s->n_factors; i++)
        for (int j = 0; j < s->factors[i].n_terms; j++) add_term(&s->factors[i].terms[j], &s->factors[i], w, to + s->factors[i].offset);
}

/* ---- planning ---- */

/* Floats of the sums of inputs and of the partial results of a level. */
static int64_t inputs_of(const strassen *s, int level) {
    int64_t blocks = s->in_blocks;
    for (int d = 0; d <= level; d++) blocks = half(blocks, 1, true);
    return blocks * (s->positions >> (level + 1)) * C16;
}

static int64_t results_of(const strassen *s, int level) {
    int64_t blocks = s->out_blocks;
    for (int d = 0; d <= level; d++) blocks = half(blocks, s->unit, true);
    return blocks * (s->positions >> (level + 1)) * C16;
}

/* Where images pass through something as they are loaded, the outermost level keeps the quarters that it does not add up. */
static bool keeps(const strassen *s, int level) { return s->prologue && level == 0; }

static int64_t level_scratch(const strassen *s, int level) {
    return (keeps(s, level) ? 7 : 4) * inputs_of(s, level) + 2 * results_of(s, level);
}

strassen strassen_make(const plan *p, int levels, int64_t in_blocks, int64_t out_blocks, int64_t positions, bool varies, bool prologue) {
    strassen s = {.levels = levels, .in_blocks = in_blocks, .out_blocks = out_blocks, .positions = positions, .varies = varies, .prologue = prologue};
    s.unit = unit_of(p->machine, out_blocks);
    s.factors = ARENA_ARRAY(p->arena, strassen_factor, PRODUCTS * PRODUCTS);
    add_factors(&s, &(strassen_factor){.rows = out_blocks, .cols = in_blocks, .n_terms = 1, .terms = {{1, 0, 0, out_blocks, in_blocks}}}, levels);
    for (int d = 0; d < levels; d++) s.scratch += level_scratch(&s, d);
    int64_t divides = 8; /* blocks of a tile */
    for (int i = 0; i < s.n_factors; i++)
        while (s.factors[i].rows % divides) divides /= 2;
    tile_plane run = {.height = 1, .width = positions >> levels, .out_blocks = divides, .unit = {1, 1}};
    for (int i = 0; i < p->n_targets; i++)
        s.tile[i] = varies ? register_tile_varying(&run, p->targets[i]).tile : register_tile_choose(&run, p->targets[i], NULL);
    return s;
}

/* Measured: what the innermost loops take beyond their multiply-adds, cycles a vector of a tile to begin and to end, and a
 * vector of input that passes through a prologue. */
static const double INNER = 1.04, ENDS = 4, KEEPING = 2;

double strassen_prologue_cycles(int64_t in_blocks, int64_t positions) { return KEEPING * (double)(in_blocks * positions); }

double strassen_cycles(const target *t, int levels, int64_t in_blocks, int64_t out_blocks, int64_t positions) {
    if (!levels) {
        tile_plane run = {.height = 1, .width = positions, .out_blocks = out_blocks, .unit = {1, 1}};
        double product;
        register_tile_choose(&run, t, &product);
        return (double)(in_blocks * out_blocks * C16) * product * INNER + (double)(out_blocks * positions * t->registers) * ENDS;
    }
    int64_t unit = unit_of(t, out_blocks);
    double cycles = 0, moves = (double)(positions * (20 * in_blocks + 12 * out_blocks)) / 4 * (double)t->registers / 2;
    for (int e = 0; e < PRODUCTS; e++)
        cycles += strassen_cycles(t, levels - 1, half(in_blocks, 1, products[e].most_cols), half(out_blocks, unit, products[e].most_rows), positions / 2);
    return cycles + moves;
}

/* ---- writing it ---- */

typedef struct writing {
    const strassen *s;
    const plan *plan;
    const template_env *env;
    const step *step;
    bool ok;
} writing;

static void expand(writing *w, template_env *e, const char *path, text *out) {
    if (!template_expand(e, path, out, w->plan->diags)) w->ok = false;
}

/* Positions of level d - 1 (0: of all), halved. */
static number half_of(arena *a, const strassen *s, int d) {
    return s->varies ? number_open(arena_printf(a, "half%d", d)) : number_known(s->positions >> (d + 1));
}

static void put_level(void *context, text *out, int n, const int64_t *args);

/* Arguments: the level, and which quarter of its image: vector q of block k there. */
static void put_loaded(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const writing *w = context;
    long long d = (long long)args[0], row = (long long)args[1], col = (long long)args[2];
    const char *stored = arena_printf(out->arena, "v16_load(x%lld%lld_%lld + k * block%lld + q)", row + 1, col + 1, d, d);
    if (d == 0) c16_prologue(out, w->step, row ? "more_in0 + k" : "k", stored);
    else text_put(out, stored);
}

static void put_store(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    writing *w = context;
    template_env *e = template_env_within(w->env);
    template_int(e, "tile", args[0]);
    expand(w, e, "backend/kernels/strassen_store.c.in", out);
}

static void put_tile(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    writing *w = context;
    template_env *e = template_env_within(w->env);
    template_int(e, "rows", args[0]);
    template_call(e, "store", put_store, w);
    expand(w, e, "backend/kernels/conv_tile.c.in", out);
}

/* Argument: the level. Each stands in the innermost loop of the one before. */
static void put_level(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    writing *w = context;
    int d = (int)args[0];
    int64_t offset = 0;
    for (int i = 0; i < d; i++) offset += level_scratch(w->s, i);
    template_env *e = template_env_within(w->env);
    template_int(e, "d", d);
    template_number(e, "half", half_of(out->arena, w->s, d));
    template_int(e, "uneven", w->s->in_blocks % (2 << d) != 0);
    template_int(e, "keeps", keeps(w->s, d));
    template_int(e, "scratch", offset);
    template_int(e, "t_size", inputs_of(w->s, d));
    template_int(e, "m_size", results_of(w->s, d));
    expand(w, e, "backend/kernels/strassen.c.in", out);
}

bool strassen_emit(const strassen *s, const template_env *outer, const plan *p, const target *machine, strassen_result r, text *out) {
    template_env *e = template_env_within(outer);
    writing w = {.s = s, .plan = p, .env = e, .step = r.step, .ok = true};
    int64_t run = s->positions >> s->levels;
    tile_product product = {.positions = run, .last_lanes = C16, .weights = s->weights * (int64_t)sizeof(float), .cold = p->cold};
    conv_tile_define_product(e, &s->tile[plan_target_index(p, machine)], &product, machine);
    template_int(e, "levels", s->levels);
    template_number(e, "half0", half_of(out->arena, s, 0));
    template_number(e, "half1", half_of(out->arena, s, 1));
    if (s->varies) template_int(e, "varies", 1), template_number(e, "full_cols", half_of(out->arena, s, s->levels - 1));
    template_int(e, "ins", s->in_blocks);
    template_int(e, "outs", s->out_blocks);
    template_int(e, "unit", s->unit);
    template_int(e, "in_blocks", 0); /* it varies */
    template_text(e, "x_block", arena_printf(out->arena, "block%d", s->levels));
    template_text(e, "start", "offset + ");
    template_text(e, "position", "(x - offset)");
    template_int(e, "overlaps", r.overlaps);
    template_int(e, "scattered", r.scattered);
    template_call(e, "level", put_level, &w);
    template_call(e, "loaded", put_loaded, &w);
    template_call(e, "tile", put_tile, &w);
    put_level(&w, out, 1, &(int64_t){0});
    return w.ok;
}
