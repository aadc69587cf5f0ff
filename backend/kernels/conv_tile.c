#include "backend/kernels/conv_tile.h"

#include "backend/kernels/c16.h"

/* Of position (0, q) of the tile. */
static void put_offset(void *context, text *out, int n, const int64_t *args) {
    (void)context, (void)n;
    text_printf(out, "%lld", (long long)(args[1] * C16));
}

/* By tile_numbers. */
static const struct {
    dtype elem;
    const char *element, *vector, *load, *next_channel, *acc, *total, *product, *splat, *splat_end;
    int64_t unroll;
} kinds[] = {
    {DT_F32, "float", "v16", "v16_load", "c++", "v16", "float", "v16_fma", "v16_set(p[", "])", 4},
    {DT_BF16, "uint16_t", "h32", "h32_load", "c += 2", "v16", "float", "v16_dot", "h32_repeat(p + ", ")", 8},
    {DT_I16, "int16_t", "w32", "w32_load", "c += 2", "v16i", "int32_t", "v16i_dot_words", "w32_repeat(p + ", ")", 8},
};

int64_t conv_tile_number_bytes(tile_numbers numbers) { return (int64_t)dtype_bytes(kinds[numbers].elem, 1); }

dtype conv_tile_elem(tile_numbers numbers) { return kinds[numbers].elem; }

target conv_tile_machine(tile_numbers numbers, const target *t) {
    enum { MOST_SUMS = 24 }; /* that gcc keeps in registers beside weights and words of an unrolled step */
    target machine = *t;
    if (numbers == TILE_BF16) machine.fma_cycles = t->pair_cycles;
    if (numbers == TILE_I16) machine.fma_cycles = t->word_cycles;
    if (numbers == TILE_I16 && machine.accumulators > MOST_SUMS) machine.accumulators = MOST_SUMS;
    return machine;
}

int64_t conv_tile_pair(int64_t at) {
    int64_t oc = at % C16, ic = at / C16 % C16;
    return at / (C16 * C16) * (C16 * C16) + (ic / 2 * C16 + oc) * 2 + ic % 2;
}

void conv_tile_write_weights(const constant *w, int64_t lanes, const narrow_weights *n, void *to) {
    const float *from = w->data;
    const int64_t outs = type_size(&w->type, 0), ins = type_size(&w->type, 1), taps = type_size(&w->type, 2) * type_size(&w->type, 3);
    int64_t at = 0;
    for (int64_t ob = 0; ob < c16_blocks(outs); ob++)
        for (int64_t ib = 0; ib * lanes < ins; ib++)
            for (int64_t tap = 0; tap < taps; tap++)
                for (int64_t i = 0; i < lanes; i++)
                    for (int64_t o = 0; o < C16; o++, at++) {
                        const int64_t oc = ob * C16 + o, ic = ib * lanes + i;
                        if (oc < outs && ic < ins)
                            narrow_store(n, to, n->pairs ? conv_tile_pair(at) : at, oc, from[(oc * ins + ic) * taps + tap]);
                    }
}

static void write_weights(const packed *k, void *to) {
    conv_tile_write_weights(k->source, C16, &(narrow_weights){.elem = DT_F32}, to);
}

packed conv_tile_weights(const node *n) {
    const value_type *t = &n->inputs[1]->type;
    const int64_t blocks = c16_blocks(type_size(t, 0)) * c16_blocks(type_size(t, 1));
    return (packed){.source = n->inputs[1]->constant, .form = "conv o16i16 f32", .elem = DT_F32, .count = blocks * C16 * C16, .write = write_weights};
}

void conv_tile_define_elements(template_env *e, tile_numbers numbers) {
    enum { LINE = 64 };
    template_text(e, "element", kinds[numbers].element);
    template_text(e, "vector", kinds[numbers].vector);
    template_text(e, "next_channel", kinds[numbers].next_channel);
    template_text(e, "acc", kinds[numbers].acc);
    template_text(e, "total", kinds[numbers].total);
    template_text(e, "product", kinds[numbers].product);
    template_text(e, "splat", kinds[numbers].splat);
    template_text(e, "splat_end", kinds[numbers].splat_end);
    template_int(e, "line", LINE / conv_tile_number_bytes(numbers));
    template_int(e, "unroll", kinds[numbers].unroll);
}

static void put_tile(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    tile_context *t = context;
    template_env *e = template_env_within(t->env);
    template_int(e, "rows", args[0]);
    if (!template_expand(e, t->path, out, t->plan->diags)) t->ok = false;
}

static void put_target(void *context, text *out, int n, const int64_t *args) {
    const tile_context *t = context;
    c16_address(out, "y0", &t->step->out[0], t->flat, args[0], args[1], n > 2 ? args[2] : 0);
}

void conv_tile_define_text(template_env *e, tile_context *t) {
    template_call(e, "tile", put_tile, t);
    template_call(e, "target", put_target, t);
}

void conv_tile_define_product(template_env *e, const register_tile *t, const tile_product *p, const target *machine) {
    enum { MAX_SUMS = 8192 }; /* floats on the stack */
    static const struct {
        const char *name;
        int64_t value;
    } constants[] = {{"flat", 1},   {"scattered", 0}, {"varies", 0}, {"parts", 1}, {"kernel_h", 1}, {"kernel_w", 1},
                     {"pool_h", 1}, {"pool_w", 1},    {"touch", 0}, {"levels", 0}, {"rows_ahead", 0}, {"lanes", C16},  {"x_col", C16}};
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++) template_int(e, constants[i].name, constants[i].value);
    register_tile_define(t, p->positions, e);
    const bool pairs = p->numbers != TILE_F32;
    conv_tile_define_elements(e, p->numbers);
    template_text(e, "weight", kinds[p->numbers].element);
    template_text(e, "load_weights", kinds[p->numbers].load);
    template_int(e, "scaled", 0);
    template_text(e, "store", p->numbers == TILE_I16 ? "v16i_store" : "v16_store");
    template_text(e, "lane", "c");
    template_text(e, "start", "");
    template_text(e, "position", "x");
    template_int(e, "last_lanes", pairs ? (p->last_lanes + 1) / 2 * 2 : p->last_lanes);
    template_int(e, "w_block", p->in_blocks * C16 * C16);
    int64_t tiles = p->positions / t->cols, sums = p->positions * t->blocks * C16;
    /* weights of a chunk stay in L1 while all tiles pass */
    int64_t fit = machine->l1 / 2 / (t->blocks * C16 * C16 * conv_tile_number_bytes(p->numbers)), chunks = 1, chunk = p->in_blocks;
    if (tiles > 1 && p->in_blocks > fit && sums <= MAX_SUMS) {
        chunks = (p->in_blocks + fit - 1) / fit;
        chunk = (p->in_blocks + chunks - 1) / chunks;
    }
    template_int(e, "chunks", chunks);
    template_int(e, "chunk", chunk);
    template_int(e, "sums", sums);
    const tile_plane run = {.height = 1, .width = p->positions};
    register_tile_define_ahead(t, register_tile_lines_ahead(t, &run, pairs ? C16 / 2 : C16, p->weights, p->cold, machine), e);
    template_call(e, "offset", put_offset, NULL);
}
