/* 1x1 convolutions of many channels by Strassen's matrix product in the form with 15 additions ("On existence of optimal
 * matrix multiplication algorithms", Winograd's variant), one level: seven products of halves instead of eight. Sums of
 * weights are made at compile time, sums of products in the registers of the tile; what is left are four sums of inputs.
 * The columns are pairs of runs of positions, a few dozen at a time so that all that is summed stays in the caches. */
#include "backend/kernels/c16.h"
#include "backend/kernels/conv_tile.h"
#include "backend/schedule/schedule.h"

#include <stdlib.h>
#include <string.h>

enum { PRODUCTS = 7, MIN_BLOCKS = 8 };

typedef struct schedule {
    int64_t in_blocks, out_blocks;
    int64_t plane, half;                        /* positions of an image; of a run */
    int64_t parts_of_image, units, extent;      /* pairs of runs; those of all images; parts that may run in parallel */
    int64_t t_size, m_size, slot;               /* floats of a sum of inputs, of a partial result; bytes of scratch a part */
    register_tile tile[TARGET_MAX];
    int bias; /* operand, -1: none */
} schedule;

static bool has_halo(const value *v) {
    const layout *l = &v->type.layout;
    return l->top || l->left || l->bottom || l->right;
}

static bool accepts(const node *n) {
    if (n->op != OP_conv || n->prologue || !c16_is(n->outputs[0]) || !c16_is(n->inputs[0]) || has_halo(n->inputs[0])) return false;
    if (!c16_constants(n) || node_int(n, "group") != 1) return false;
    const value_type *x = &n->inputs[0]->type, *weights = &n->inputs[1]->type, *y = &n->outputs[0]->type;
    for (int i = 2; i < 4; i++)
        if (type_size(weights, i) != 1 || type_size(x, i) != type_size(y, i)) return false;
    int64_t in = c16_blocks(type_size(weights, 1)), out = c16_blocks(type_size(weights, 0));
    if (in % 2 || out % 2 || in < MIN_BLOCKS || out < MIN_BLOCKS) return false;
    return !n->epilogue || expr_has_vector_form(n->epilogue);
}

/* ---- candidates: how many positions at a time? ---- */

/* Positions of a run, near `wanted`: two runs of inputs and all sums should stay near, and the weights be read seldom. Runs
 * that do not fill the plane overlap at its end; then a residual that the result overwrites would be added twice, so `exact`
 * forbids it. 0: none. */
static int64_t choose_half(int64_t plane, bool exact, int64_t wanted) {
    enum { SMALLEST = 24, LARGEST = 104 };
    int64_t best = 0;
    for (int64_t half = SMALLEST; half <= LARGEST && 2 * half <= plane; half++) {
        if (exact && plane % (2 * half)) continue;
        int64_t parts = (plane + 2 * half - 1) / (2 * half), waste = parts * 2 * half - plane;
        if (waste * 16 > plane) continue;
        if (!best || llabs(half - wanted) < llabs(best - wanted)) best = half;
    }
    return best;
}

static double estimate(const plan *p, const node *n, int64_t half) {
    const target *t = p->targets[0];
    double in = (double)c16_blocks(type_size(&n->inputs[1]->type, 1)), out = (double)c16_blocks(type_size(&n->inputs[1]->type, 0));
    double columns = (double)(type_count(&n->outputs[0]->type) / type_size(&n->outputs[0]->type, 1));
    tile_plane runs = {.height = 1, .width = half, .out_blocks = (int64_t)out / 2, .unit = {1, 1}};
    double product;
    register_tile_choose(&runs, t, &product);
    double products = in * out * C16 * columns * PRODUCTS / 8 * product / (double)half;
    double moves = columns / 4 * (8 * in + 12 * out) * (double)t->registers / 2;
    double weights = in * out * C16 * C16 * 4 * PRODUCTS / 4;
    return cost_microseconds(t, products + moves + cost_weights(p, t, weights));
}

static void list(const plan *p, const node *n, candidate_list *ways) {
    static const int64_t wanted[] = {72, 104, 48};
    const value_type *y = &n->outputs[0]->type;
    const char *refused = p->options.accuracy == ACCURACY_STRICT ? "not admitted by strict" : NULL;
    for (int i = 0; i < 3; i++) {
        int64_t half = choose_half(type_size(y, 2) * type_size(y, 3), n->n_inputs > n->n_core_inputs, wanted[i]);
        if (half) candidate_add(ways, estimate(p, n, half) * (1 + 0.001 * i), refused, &half, sizeof half, "half %lld", (long long)half);
    }
}

/* ---- packing: A11, A12, S2, S3, -A22, S1, S4, each [OC/32][IC/32][16 ic][16 oc] ---- */

static void write_weights(const packed *k, void *to) {
    const schedule *s = k->context;
    /* of A11, A12, A21, A22 */
    static const int sums[PRODUCTS][4] = {{1, 0, 0, 0}, {0, 1, 0, 0}, {-1, 0, 1, 1}, {1, 0, -1, 0}, {0, 0, 0, -1}, {0, 0, 1, 1}, {1, 1, -1, -1}};
    const float *from = k->source->data;
    int64_t outs = type_size(&k->source->type, 0), ins = type_size(&k->source->type, 1);
    int64_t rows = s->out_blocks * C16 / 2, cols = s->in_blocks * C16 / 2, size = rows * cols;
    for (int64_t oc = 0; oc < rows; oc++)
        for (int64_t ic = 0; ic < cols; ic++) {
            double a[4];
            for (int i = 0; i < 4; i++) {
                int64_t row = oc + i / 2 * rows, col = ic + i % 2 * cols;
                a[i] = row < outs && col < ins ? (double)from[row * ins + col] : 0;
            }
            float *at = (float *)to + ((oc / C16 * (s->in_blocks / 2) + ic / C16) * C16 + ic % C16) * C16 + oc % C16;
            for (int e = 0; e < PRODUCTS; e++)
                at[e * size] = (float)(sums[e][0] * a[0] + sums[e][1] * a[1] + sums[e][2] * a[2] + sums[e][3] * a[3]);
        }
}

/* ---- planning ---- */

static bool plan_strassen(plan *p, const node *n, step *s) {
    schedule *c = ARENA_NEW(p->arena, schedule);
    const value *weights = n->inputs[1];
    const value_type *y = &n->outputs[0]->type;
    int64_t outs = type_size(&weights->type, 0), ins = type_size(&weights->type, 1), threads = p->options.threads > 1 ? p->options.threads : 1;
    c->in_blocks = c16_blocks(ins), c->out_blocks = c16_blocks(outs);
    c->plane = type_size(y, 2) * type_size(y, 3);
    c->half = *(const int64_t *)schedule_decisions(s);
    c->parts_of_image = (c->plane + 2 * c->half - 1) / (2 * c->half);
    c->units = type_size(y, 0) * c->parts_of_image;
    c->extent = threads < c->units ? threads : c->units;
    c->t_size = c->in_blocks / 2 * c->half * C16, c->m_size = c->out_blocks / 2 * c->half * C16;
    c->slot = (4 * c->t_size + 2 * c->m_size) * 4;
    for (int i = 0; i < p->n_targets; i++) {
        tile_plane runs = {.height = 1, .width = c->half, .out_blocks = c->out_blocks / 2, .unit = {1, 1}};
        c->tile[i] = register_tile_choose(&runs, p->targets[i], NULL);
    }
    packed k = {.source = weights->constant,
                .form = "Strassen o16i16",
                .elem = DT_F32,
                .count = PRODUCTS * c->out_blocks * c->in_blocks / 4 * C16 * C16,
                .write = write_weights,
                .context = c};
    c->bias = c16_add_convolution(p, s, n, k);
    step_add_scratch(p, s, c->extent * c->slot);
    step_set_extent(s, c->extent);
    s->schedule = c;
    s->macs = WORK(type_count(y), ins);
    s->summary = arena_printf(p->arena, "1x1 by Strassen, %lld pairs of %lld positions", (long long)c->units, (long long)c->half);
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

static void put_target(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const writing *w = context;
    c16_address(out, "y0", &w->step->out[0], true, args[0], 0, args[2]);
}

static void put_result(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const writing *w = context;
    const schedule *c = w->schedule;
    long long o = (long long)args[0], q = (long long)args[2];
    const char *acc = arena_printf(out->arena, "v16_add(a%lld_%lld, v16_load(add + %lld))", o, q, (long long)((args[0] * c->half + args[2]) * C16));
    if (c->bias >= 0) acc = arena_printf(out->arena, "v16_add(%s, v16_load(x%d + (b + %lld) * 16))", acc, c->bias, o);
    c16_epilogue(out, &(c16_leaf){w->step, true, args[0], 0, args[2], acc});
}

static void put_tile(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    writing *w = context;
    template_env *e = template_env_within(w->env);
    template_int(e, "rows", args[0]);
    template_int(e, "in_blocks", w->schedule->in_blocks / 2);
    template_text(e, "x_block", "x_block");
    if (!template_expand(e, "backend/kernels/conv_tile.c.in", out, w->plan->diags)) w->ok = false;
}

static bool emit_strassen(const plan *p, const step *s, const target *machine, text *body) {
    const schedule *c = s->schedule;
    int which = plan_target_index(p, machine);
    const register_tile *t = &c->tile[which];
    template_env *e = template_env_new(body->arena);
    writing w = {.plan = p, .step = s, .schedule = c, .env = e, .ok = true};
    tile_product product = {.positions = c->half, .in_blocks = c->in_blocks / 2, .last_lanes = C16,
                            .weight_bytes = PRODUCTS * c->out_blocks * c->in_blocks / 4 * C16 * C16 * 4};
    conv_tile_define_product(e, t, &product, machine);
    template_int(e, "batch", s->out[0].dims[0]);
    template_int(e, "in_blocks", c->in_blocks);
    template_int(e, "out_blocks", c->out_blocks);
    template_int(e, "plane", c->plane);
    template_int(e, "plane_w", s->out[0].dims[3]);
    template_int(e, "half", c->half);
    template_int(e, "parts_of_image", c->parts_of_image);
    template_int(e, "units", c->units);
    template_int(e, "extent", c->extent);
    template_int(e, "t_size", c->t_size);
    template_int(e, "m_size", c->m_size);
    template_int(e, "slot", c->slot);
    template_int(e, "x_block", s->in[0].block);
    template_int(e, "sums_kept", 1);
    template_text(e, "start", "offset + ");
    template_text(e, "position", "(x - offset)");
    template_int(e, "scattered", !c16_flat(s));
    template_call(e, "target", put_target, &w);
    template_call(e, "result", put_result, &w);
    template_call(e, "tile", put_tile, &w);
    return template_expand(e, "backend/kernels/conv_strassen.c.in", body, p->diags) && w.ok;
}

const kernel_family kernel_conv_strassen = {.name = "conv_strassen", .accepts = accepts, .list = list, .plan = plan_strassen, .emit = emit_strassen};
