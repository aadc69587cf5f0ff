/* Discrete Fourier transforms along one axis, by passes of small radix (Cooley and Tukey 1965) from one half of the scratch to
 * the other, which leave the spectrum in order (Stockham 1966). Lines lie side by side in the lanes of the innermost loops. */
#include "ir/fourier.h"

#include "backend/kernels/row_major.h"
#include "backend/schedule/schedule.h"

enum {
    MAX_PASSES = 64,
    MAX_RADIX = 13,      /* numbers of points with a larger prime factor are transformed by a convolution (Bluestein 1970) */
    MAX_LANES = 16,      /* lines at a time */
    NEAR_NUMBERS = 32768 /* in each of four arrays, which then stay in L2 */
};

/* A part of a transform: `groups` times the sums of `radix` parts, each `run` numbers. */
typedef struct pass {
    int64_t radix, groups, run, roots; /* roots: where they are in the constants */
} pass;

typedef struct schedule {
    dft_node d;
    bool split;     /* pairs of real points are taken as complex ones; their spectrum is split in the end */
    bool chirp;     /* by a convolution */
    int64_t core;   /* complex points */
    int64_t length; /* of the passes: core, or of the convolution */
    int n_passes;
    pass passes[MAX_PASSES];
    int64_t chirp_at, spectrum_at, split_at, constants; /* in numbers */
    int64_t lines, lanes, rows, blocks, extent; /* the most, where there may be less */
    bool open; /* so are lines and blocks then */
    arena *arena; /* for the time of writing constants */
} schedule;

static bool accepts(const node *n) {
    dtype t = n->inputs[0]->type.elem;
    return n->op == OP_dft && n->outputs[0] && row_major_accepts(n) && !n->epilogue && (t == DT_F32 || t == DT_F64) && dft_is_fixed(n);
}

/* ---- planning ---- */

/* Radix 2 once where the number of twos is odd, then 4, then odd ones. False: a prime factor is too large. */
static bool factorise(schedule *c, int64_t length) {
    int64_t rest = length, twos = 0;
    c->n_passes = 0;
    while (rest % 2 == 0) rest /= 2, twos++;
    if (twos % 2) c->passes[c->n_passes++].radix = 2;
    for (int64_t k = 0; k < twos / 2; k++) c->passes[c->n_passes++].radix = 4;
    for (int64_t f = 3; f <= MAX_RADIX; f += 2)
        for (; rest % f == 0; rest /= f) c->passes[c->n_passes++].radix = f;
    return rest == 1;
}

static void choose_passes(schedule *c) {
    c->length = c->core;
    c->chirp = !factorise(c, c->length);
    if (!c->chirp) return;
    for (c->length = 1; c->length < 2 * c->core - 1;) c->length *= 2;
    factorise(c, c->length);
}

static void place(schedule *c) {
    int64_t at = 0, length = c->lanes, left = c->length;
    for (int i = 0; i < c->n_passes; i++) {
        pass *s = &c->passes[i];
        s->groups = left / s->radix, s->run = length, s->roots = at;
        if (s->groups > 1) at += 2 * s->groups * (s->radix - 1);
        left /= s->radix, length *= s->radix;
    }
    c->chirp_at = at, at += c->chirp ? 2 * c->core : 0;
    c->spectrum_at = at, at += c->chirp ? 2 * c->length : 0;
    c->split_at = at, at += c->split ? 2 * (c->core + 1) : 0;
    c->constants = at;
}

static void choose_lanes(schedule *c) {
    c->rows = c->length > c->core ? c->length : c->core + c->split;
    c->lines = c->d.outer * c->d.inner;
    c->lanes = c->lines < MAX_LANES ? c->lines : MAX_LANES;
    while (c->lanes > 1 && c->rows * c->lanes > NEAR_NUMBERS) c->lanes /= 2;
    c->blocks = (c->lines + c->lanes - 1) / c->lanes;
}

/* ---- constants ---- */

static void put_root(double *to, int64_t k, int64_t n, int sign) {
    root_of_unity(k, n, &to[0], &to[1]);
    to[1] *= sign;
}

/* In place, n a power of two, the points `apart` complex numbers from one to the next; work has room for n. */
static void transform(double *x, int64_t n, int64_t apart, double *work) {
    if (n == 1) return;
    transform(x, n / 2, 2 * apart, work);
    transform(x + 2 * apart, n / 2, 2 * apart, work);
    for (int64_t k = 0; k < n / 2; k++) {
        const double *a = x + 4 * k * apart, *b = a + 2 * apart;
        double w[2];
        put_root(w, k, n, -1);
        const double re = b[0] * w[0] - b[1] * w[1], im = b[0] * w[1] + b[1] * w[0];
        work[2 * k] = a[0] + re, work[2 * k + 1] = a[1] + im;
        work[2 * k + n] = a[0] - re, work[2 * k + n + 1] = a[1] - im;
    }
    for (int64_t k = 0; k < n; k++) x[2 * k * apart] = work[2 * k], x[2 * k * apart + 1] = work[2 * k + 1];
}

/* The chirp exp(-i pi t^2 / core), and the spectrum of its conjugate, to both sides, over `length`. */
static void put_chirp(const schedule *c, double *chirp, double *spectrum) {
    for (int64_t t = 0; t < c->core; t++) {
        put_root(chirp + 2 * t, t * t % (2 * c->core), 2 * c->core, -1);
        const int64_t both[] = {t, t ? c->length - t : 0};
        for (int side = 0; side < 2; side++) {
            spectrum[2 * both[side]] = chirp[2 * t] / (double)c->length;
            spectrum[2 * both[side] + 1] = -chirp[2 * t + 1] / (double)c->length;
        }
    }
    transform(spectrum, c->length, 1, ARENA_ARRAY(c->arena, double, 2 * c->length));
}

static void write_constants(const packed *k, void *to) {
    const schedule *c = k->context;
    double *x = ARENA_ARRAY(c->arena, double, k->count);
    for (int i = 0; i < c->n_passes; i++) {
        const pass *s = &c->passes[i];
        double *root = x + s->roots;
        for (int64_t p = 0; p < s->groups && s->groups > 1; p++)
            for (int64_t j = 1; j < s->radix; j++, root += 2) put_root(root, p * j, s->groups * s->radix, -1);
    }
    if (c->chirp) put_chirp(c, x + c->chirp_at, x + c->spectrum_at);
    for (int64_t t = 0; t <= c->core && c->split; t++) put_root(x + c->split_at + 2 * t, t, c->d.points, -1);
    for (int64_t i = 0; i < k->count; i++) dtype_store_float(k->elem, to, i, x[i]);
}

/* ---- the step ---- */

static int64_t slot_bytes(const schedule *c, dtype elem) { return (int64_t)dtype_bytes(elem, 2 * c->rows * c->lanes); }

static char *describe(const schedule *c, arena *a) {
    text radices = {.arena = a};
    for (int i = 0; i < c->n_passes; i++) text_printf(&radices, "%s%lld", i ? "x" : "", (long long)c->passes[i].radix);
    return arena_printf(a, "%lld %spoints%s, passes of %s, %lld of %lld lines at a time", (long long)c->d.points, c->split ? "real " : "",
                        c->chirp ? " by convolution" : "", c->n_passes ? radices.bytes : "none", (long long)c->lanes, (long long)c->lines);
}

static bool plan_fourier(plan *p, const node *n, step *s) {
    schedule *c = ARENA_NEW(p->arena, schedule);
    c->d = dft_of(n);
    c->arena = p->arena;
    c->open = schedule_is_open(n);
    c->split = c->d.parts == 1 && c->d.points % 2 == 0 && !c->d.inverse;
    c->core = c->split ? c->d.points / 2 : c->d.points;
    choose_passes(c);
    choose_lanes(c);
    place(c);
    const dtype elem = n->inputs[0]->type.elem;
    const int64_t threads = schedule_threads(p);
    c->extent = threads < c->blocks ? threads : c->blocks;
    s->input_operand[0] = step_add_input(p, s, n->inputs[0]);
    s->input_operand[1] = s->input_operand[2] = -1;
    step_add_packed(p, s, (packed){.source = n->inputs[2]->constant, .form = arena_printf(p->arena, "roots of unity: %s", describe(c, p->arena)),
                                   .elem = elem, .count = c->constants, .write = write_constants, .context = c});
    step_add_output(p, s, n->outputs[0]);
    for (int k = 0; k < 2; k++) step_add_scratch(p, s, c->extent * slot_bytes(c, elem));
    step_set_extent(s, c->extent);
    s->schedule = c;
    s->summary = describe(c, p->arena);
    for (int i = 0; i < c->n_passes; i++) s->flops += (c->chirp ? 2 : 1) * WORK(c->lines, c->length, 2 * c->passes[i].radix + 4);
    return true;
}

/* ---- writing it ---- */

typedef struct writing {
    const plan *plan;
    const schedule *schedule;
    const template_env *env;
    dtype elem;
    bool ok;
    int done; /* passes, so far */
} writing;

static const char *buffer_after(int passes) { return passes % 2 ? "v" : "u"; }

/* cos(k, n) and sin(k, n) of k/n of a turn */
static void put_cosine(void *context, text *out, int n, const int64_t *args) {
    double c, s;
    (void)n;
    root_of_unity(args[0], args[1], &c, &s);
    emit_constant(out, ((const writing *)context)->elem, c);
}

static void put_sine(void *context, text *out, int n, const int64_t *args) {
    double c, s;
    (void)n;
    root_of_unity(args[0], args[1], &c, &s);
    emit_constant(out, ((const writing *)context)->elem, s);
}

static void put_passes(void *context, text *out, int n, const int64_t *args) {
    (void)n, (void)args;
    writing *w = context;
    for (int i = 0; i < w->schedule->n_passes; i++, w->done++) {
        const pass *s = &w->schedule->passes[i];
        template_env *e = template_env_within(w->env);
        template_int(e, "radix", s->radix), template_int(e, "groups", s->groups), template_int(e, "run", s->run), template_int(e, "roots", s->roots);
        template_text(e, "from", buffer_after(w->done)), template_text(e, "to", buffer_after(w->done + 1));
        w->ok = w->ok && template_expand(e, "backend/kernels/fourier_pass.c.in", out, w->plan->diags);
    }
}

/* product(rows, constants, swapped): rows times constants; then, or (swapped 2) before, real and imaginary parts change places. */
static void put_product(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    writing *w = context;
    template_env *e = template_env_within(w->env);
    template_int(e, "count", args[0]), template_int(e, "at", args[1]);
    template_text(e, "buffer", buffer_after(w->done));
    const int64_t plane = w->schedule->rows * w->schedule->lanes;
    template_int(e, "re", args[2] == 2 ? plane : 0), template_int(e, "im", args[2] == 2 ? 0 : plane);
    template_int(e, "to_re", args[2] == 1 ? plane : 0), template_int(e, "to_im", args[2] == 1 ? 0 : plane);
    w->ok = w->ok && template_expand(e, "backend/kernels/fourier_product.c.in", out, w->plan->diags);
}

/* Where a line begins in a tensor of so many points a line, of so many parts. */
static char *line_start(arena *a, number inner, int64_t points, int64_t parts) {
    const number each = number_mul(a, number_known(points * parts), inner);
    if (number_is(inner, 1)) return arena_printf(a, "line * %s", number_text(a, each));
    return arena_printf(a, "line / %s * %s + line %% %s * %lld", number_text(a, inner), number_text(a, each), number_text(a, inner),
                        (long long)parts);
}

/* Lines of the step, each with all its parts. */
static number lines_of(arena *a, const step *s) {
    const schedule *c = s->schedule;
    return c->open ? number_apply(a, "/", operand_count(a, &s->in[0], 0, s->in[0].rank), number_known(c->d.in * c->d.parts)) : number_known(c->lines);
}

static bool emit_fourier(const plan *p, const step *s, const target *t, text *body) {
    (void)t;
    const schedule *c = s->schedule;
    const dft_node *d = &c->d;
    arena *a = body->arena;
    template_env *e = template_env_new(a);
    writing w = {p, c, e, s->in[0].elem, true, 0};
    const int64_t known = d->half ? d->points / 2 + 1 : d->points, given = d->in < known ? d->in : known;
    text scale = {.arena = a};
    emit_constant(&scale, w.elem, 1 / (double)d->points);
    template_text(e, "type", s->in[0].elem == DT_F64 ? "double" : "float");
    template_int(e, "slot", slot_bytes(c, w.elem)), template_int(e, "plane", c->rows * c->lanes);
    const number lines = lines_of(a, s), inner = operand_count(a, &s->in[0], dft_axis(s->node) + 1, s->in[0].rank - 1);
    template_int(e, "open", c->open), template_int(e, "ragged", c->open || c->lines % c->lanes);
    template_text(e, "all_lines", number_text(a, lines)), template_text(e, "lines", c->open ? "lines" : number_text(a, lines));
    template_text(e, "last_line", c->open ? "lines - 1" : arena_printf(a, "%lld", (long long)c->lines - 1));
    template_text(e, "blocks", number_text(a, number_ceil_div(a, c->open ? number_open("lines") : lines, c->lanes)));
    template_int(e, "extent", c->extent), template_int(e, "lanes", c->lanes);
    template_int(e, "core", c->core), template_int(e, "length", c->length), template_int(e, "points", d->points), template_int(e, "given", given);
    template_int(e, "parts", d->parts), template_int(e, "out", d->out), template_int(e, "out_parts", d->out_parts);
    template_number(e, "x_stride", number_mul(a, inner, number_known(d->parts))),
        template_number(e, "y_stride", number_mul(a, inner, number_known(d->out_parts)));
    template_int(e, "half", d->half), template_int(e, "inverse", d->inverse), template_int(e, "split", c->split), template_int(e, "chirp", c->chirp);
    template_int(e, "chirp_at", c->chirp_at), template_int(e, "spectrum_at", c->spectrum_at), template_int(e, "split_at", c->split_at);
    template_text(e, "x_start", line_start(a, inner, d->in, d->parts)), template_text(e, "y_start", line_start(a, inner, d->out, d->out_parts));
    template_text(e, "result", buffer_after(c->chirp ? 0 : c->n_passes)), template_text(e, "other", buffer_after(c->chirp ? 1 : c->n_passes + 1));
    template_text(e, "spectrum", buffer_after((c->chirp ? 0 : c->n_passes) + c->split));
    template_text(e, "scale", scale.bytes);
    template_text(e, "half_of", w.elem == DT_F64 ? "0.5" : "0.5f");
    template_call(e, "cos", put_cosine, &w), template_call(e, "sin", put_sine, &w);
    template_call(e, "passes", put_passes, &w), template_call(e, "product", put_product, &w);
    return template_expand(e, "backend/kernels/fourier.c.in", body, p->diags) && w.ok;
}

const kernel_family kernel_fourier = {.name = "fourier", .accepts = accepts, .plan = plan_fourier, .emit = emit_fourier,
                                      .constant_time = step_always_constant_time, .open = OPEN_ANY};
