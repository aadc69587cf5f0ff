/* 1x1 convolutions of many channels as products by Strassen's algorithm (strassen.h), a run of positions at a time so that all
 * that is summed stays in the caches. */
#include "backend/kernels/c16.h"
#include "backend/kernels/strassen.h"
#include "backend/schedule/schedule.h"

#include <math.h>

enum { MIN_BLOCKS = 8 };

typedef struct schedule {
    strassen product;
    int64_t plane, runs;   /* positions of an image; runs of them; likely numbers where the plane varies */
    bool varies;
    int64_t units, extent; /* runs of all images; parts that may run in parallel */
    int64_t slot;          /* bytes of scratch a part */
    bool in_slices;        /* parts run one after the other, and share it */
    int bias;              /* operand, -1: none */
} schedule;

static bool has_halo(const value *v) {
    const layout *l = &v->type.layout;
    return l->top || l->left || l->bottom || l->right;
}

/* Two runs of a varying plane, each of so many positions that they can be halved, must not be longer than it. Of few
 * positions a product takes longer than the definition does: not many such are likely. */
static bool has_room(const value_type *y) {
    enum { MIN_PLANE = 128 };
    if (type_is_static(y)) return true;
    return dim_least(y->dims[2]) * dim_least(y->dims[3]) >= 2 << STRASSEN_LEVELS && likely_size(y->dims[2], 0.5) * likely_size(y->dims[3], 0.5) >= MIN_PLANE;
}

static bool accepts(const node *n) {
    if (!c16_is_pointwise(n) || has_halo(n->inputs[0]) || type_stored(&n->inputs[0]->type) != DT_F32) return false;
    const value_type *weights = &n->inputs[1]->type, *y = &n->outputs[0]->type;
    int64_t in = c16_blocks(type_size(weights, 1)), out = c16_blocks(type_size(weights, 0));
    if (in < MIN_BLOCKS || out < MIN_BLOCKS || !has_room(y)) return false;
    return (!n->epilogue || expr_has_vector_form(n->epilogue)) && (!n->prologue || expr_has_vector_form(n->prologue));
}

/* ---- candidates: how many levels, how many positions at a time? ---- */

typedef struct decisions {
    int levels;
    int64_t positions;
} decisions;

static int64_t plane_of(const node *n) { return likely_size(n->outputs[0]->type.dims[2], 0.5) * likely_size(n->outputs[0]->type.dims[3], 0.5); }

/* Runs that do not fill the plane overlap at its end. */
static int64_t runs_of(int64_t plane, int64_t positions) { return (plane + positions - 1) / positions; }

static int64_t run_work(const node *n, int64_t positions) {
    const value_type *weights = &n->inputs[1]->type;
    return WORK(positions, c16_blocks(type_size(weights, 0)), C16, type_size(weights, 1));
}

static double estimate(const plan *p, const node *n, const decisions *d) {
    const target *t = p->machine;
    int64_t in = c16_blocks(type_size(&n->inputs[1]->type, 1)), out = c16_blocks(type_size(&n->inputs[1]->type, 0));
    const int64_t images = type_size(&n->outputs[0]->type, 0), units = runs_of(plane_of(n), d->positions) * images;
    double runs = (double)units, rounding = 0;
    if (schedule_is_open(n)) runs = (double)(images * plane_of(n)) / (double)d->positions, rounding = (double)images / 2; /* up to the next run */
    double weights = (double)(in * out * C16 * C16 * 4);
    for (int i = 0; i < d->levels; i++) weights = weights * 7 / 4;
    double sums = (double)(d->positions * ((n->prologue ? 7 : 4) * in + 2 * out) * C16 * 4) / 2; /* of the outermost level */
    double spilled = sums > (double)t->l2 ? runs * sums / t->l3_bytes : 0;
    double again = weights > (double)t->l2 ? (runs + rounding - 1) * weights / (4 * t->l3_bytes) : 0; /* read ahead, most of it hidden */
    double cycles = strassen_cycles(t, d->levels, in, out, d->positions);
    if (n->prologue) cycles += strassen_prologue_cycles(in, d->positions);
    return cost_microseconds(t, cost_with_weights(p, t, cost_idle(p, units) * (runs * cycles + spilled + again), weights));
}

/* Of the products that make up the quarter which is worst off, one is of single blocks, two are of sums of two by two and one
 * of sums of three by three: 1 + 4 + 4 + 9 in the mean square, where two products of blocks would do. */
static double strassen_error(int levels, int64_t channels) {
    double growth = 1;
    for (int i = 0; i < levels; i++) growth *= sqrt(18.0 / 2);
    return error_of_sums(growth, (double)(channels >> levels));
}

/* The best run of so many levels, and the best of those that are much longer or shorter. */
static void list_levels(const plan *p, const node *n, int levels, candidate_list *ways) {
    enum { SHORTEST = 24, LONGEST = 104, CHOICES = 3 };
    const char *refused = schedule_refusal(p, strassen_error(levels, type_size(&n->inputs[1]->type, 1)));
    int64_t plane = plane_of(n), best[CHOICES] = {0};
    double least[CHOICES] = {1e300, 1e300, 1e300};
    for (int i = 0; i < CHOICES; i++)
        for (int64_t run = SHORTEST; run <= LONGEST && run << levels <= plane; run++) {
            decisions d = {levels, run << levels};
            if (p->options.slice && run_work(n, d.positions) > p->options.slice) break;
            if ((i == 1 && d.positions * 4 > best[0] * 3) || (i == 2 && d.positions * 3 < best[0] * 4)) continue;
            double us = estimate(p, n, &d);
            if (us < least[i]) least[i] = us, best[i] = d.positions;
        }
    for (int i = 0; i < CHOICES; i++)
        if (best[i])
            candidate_add(ways, least[i], refused, &(decisions){levels, best[i]}, sizeof(decisions), "%d level%s of %lld", levels, levels > 1 ? "s" : "",
                          (long long)best[i]);
}

static void list(const plan *p, const node *n, candidate_list *ways) {
    for (int levels = 1; levels <= STRASSEN_LEVELS; levels++) list_levels(p, n, levels, ways);
}

/* ---- packing ---- */

static void write_weights(const packed *k, void *to) {
    const schedule *s = k->context;
    const value_type *t = &k->source->type;
    strassen_pack(&s->product, &(weight_matrix){k->source->data, type_size(t, 0), type_size(t, 1)}, to);
}

/* ---- planning ---- */

/* Runs that a plane of open size is cut into, of equal length, a multiple of 1 << levels; a plane that is none takes two at least. */
static number runs_of_open(arena *a, const schedule *c, const operand *y) {
    const char *plane = number_text(a, operand_count(a, y, 2, 4));
    const long long run = (long long)c->product.positions, parity = 1ll << c->product.levels;
    return number_open(arena_printf(a, "(%s > %lld || %s %% %lld == 0 ? (%s + %lld) / %lld : 2)", plane, run, plane, parity, plane, run - 1, run));
}

static number units_of(arena *a, const schedule *c, const operand *y) {
    return c->varies ? number_mul(a, runs_of_open(a, c, y), number_known(y->dims[0])) : number_known(c->units);
}

static bool plan_strassen(plan *p, const node *n, step *s) {
    schedule *c = ARENA_NEW(p->arena, schedule);
    const value *weights = n->inputs[1];
    const value_type *y = &n->outputs[0]->type;
    int64_t outs = type_size(&weights->type, 0), ins = type_size(&weights->type, 1), threads = schedule_threads(p);
    const decisions *d = schedule_decisions(s);
    c->varies = schedule_is_open(n);
    c->product = strassen_make(p, d->levels, c16_blocks(ins), c16_blocks(outs), d->positions, c->varies, n->prologue);
    c->plane = plane_of(n);
    s->error_bound = strassen_error(d->levels, ins);
    c->runs = runs_of(c->plane, d->positions);
    c->units = type_size(y, 0) * c->runs;
    c->in_slices = p->options.slice;
    c->extent = c->in_slices ? 1 : threads < c->units || c->varies ? threads : c->units;
    c->slot = c->product.scratch * (int64_t)sizeof(float);
    packed k = {.source = weights->constant,
                .form = arena_printf(p->arena, "Strassen %d o16i16", d->levels),
                .elem = DT_F32,
                .count = c->product.weights,
                .write = write_weights,
                .context = c};
    c->bias = c16_add_convolution(p, s, n, k);
    step_add_scratch(p, s, c->extent * c->slot);
    step_set_extent(s, c->extent);
    if (c->in_slices) s->phases = units_of(p->arena, c, &s->out[0]);
    s->whole = s->out[0].rank;
    s->schedule = c;
    s->macs = WORK(type_count(y), ins);
    for (int i = 0; i < p->n_targets; i++) s->unit_work[i] = run_work(n, d->positions);
    s->summary = arena_printf(p->arena, "1x1 by Strassen%s, %d level%s, %lld run%s of %lld positions", n->prologue ? " after prologue" : "", d->levels, d->levels > 1 ? "s" : "", (long long)c->units,
                              c->units > 1 ? "s" : "", (long long)d->positions);
    return true;
}

/* ---- writing it ---- */

typedef struct writing {
    const plan *plan;
    const step *step;
    const schedule *schedule;
    const target *machine;
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
    long long o = (long long)args[0], q = (long long)args[2];
    const char *acc = arena_printf(out->arena, "a%lld_%lld", o, q);
    if (w->schedule->bias >= 0) acc = arena_printf(out->arena, "v16_add(%s, v16_load(x%d + (b + %lld) * 16))", acc, w->schedule->bias, o);
    c16_epilogue(out, &(c16_leaf){w->step, true, args[0], 0, args[2], acc});
}

static void put_product(void *context, text *out, int n, const int64_t *args) {
    (void)n, (void)args;
    writing *w = context;
    const schedule *c = w->schedule;
    strassen_result result = {.overlaps = c->varies || c->plane % c->product.positions != 0, .scattered = !c16_flat(w->step), .step = w->step};
    if (!strassen_emit(&c->product, w->env, w->plan, w->machine, result, out)) w->ok = false;
}

static bool emit_strassen(const plan *p, const step *s, const target *machine, text *body) {
    const schedule *c = s->schedule;
    template_env *e = template_env_new(body->arena);
    writing w = {.plan = p, .step = s, .schedule = c, .machine = machine, .env = e, .ok = true};
    template_int(e, "batch", s->out[0].dims[0]);
    const operand *y = &s->out[0];
    template_number(e, "plane", c->varies ? operand_count(body->arena, y, 2, 4) : number_known(c->plane));
    template_number(e, "plane_w", operand_size(y, 3));
    template_int(e, "run", c->product.positions);
    template_int(e, "parity", 1 << c->product.levels);
    template_int(e, "varies", c->varies);
    template_number(e, "runs", c->varies ? number_open("runs") : number_known(c->runs));
    template_number(e, "units", c->varies ? number_mul(body->arena, number_open("runs"), number_known(y->dims[0])) : number_known(c->units));
    template_int(e, "extent", c->extent);
    template_int(e, "in_slices", c->in_slices);
    template_int(e, "slot", c->slot);
    template_int(e, "x_batch", s->in[0].batch);
    template_int(e, "x_block_size", s->in[0].block);
    template_call(e, "target", put_target, &w);
    template_call(e, "result", put_result, &w);
    template_call(e, "product", put_product, &w);
    return template_expand(e, "backend/kernels/conv_strassen.c.in", body, p->diags) && w.ok;
}

const kernel_family kernel_conv_strassen = {.name = "conv_strassen", .accepts = accepts, .list = list, .plan = plan_strassen,
                                            .emit = emit_strassen, .open = OPEN_PLANES, .constant_time = step_always_constant_time};
