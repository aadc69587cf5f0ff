/* The results of `cnnc bench` as a page: fills the holes of bench.html.in. */
#include <math.h>
#include <string.h>

#include "backend/emit/template.h"
#include "compiler/bench.h"
#include "compiler/pages.h"
#include "compiler/report.h"

/* All layers of one kernel family. */
typedef struct kernel_total {
    const char *name;
    int layers;
    double seconds, old;
} kernel_total;

/* One axis of the roofline plot, logarithmic: powers of ten from `first` to `last` lie between `from` and `to`. */
typedef struct axis {
    int first, last;
    double from, to;
} axis;

typedef struct page {
    arena *arena;
    const bench_result *r, *old; /* old may be NULL */
    const int *match;
    double *before; /* seconds of the layers before each */
    double sum, longest;
    kernel_total *kernels;
    int *kernel_of; /* by layer */
    int n_kernels;
    axis x, y;
} page;

static const char *escaped(arena *a, const char *s) {
    text t = {.arena = a};
    for (text_put(&t, ""); *s; s++) {
        if (strchr("&<>\"'", *s)) text_printf(&t, "&#%d;", *s);
        else text_write(&t, s, 1);
    }
    return t.bytes ? t.bytes : "";
}

static const char *bytes_text(arena *a, double bytes) {
    magnitude m = magnitude_bytes(bytes);
    return bytes > 0 ? arena_printf(a, "%.*f %s", strcmp(m.unit, "B") ? 2 : 0, m.number, m.unit) : "";
}

/* NaN, which is shown as nothing, where there is nothing to divide. */
static double ratio(double part, double whole) { return part > 0 && whole > 0 ? part / whole : (double)NAN; }

/* ---- holes: a number in a format, or a word, by the index of a layer, kernel or tick ---- */

typedef struct hole {
    const char *name, *format;
    double (*number)(const page *p, int64_t i);
    const char *(*word)(const page *p, int64_t i);
} hole;

static const bench_layer *layer(const page *p, int64_t i) { return &p->r->layers[i]; }

static double left(const page *p, int64_t i) { return 1000 * p->before[i] / p->sum; }
static double width(const page *p, int64_t i) { return 1000 * layer(p, i)->seconds / p->sum; }
static double bar(const page *p, int64_t i) { return 100 * layer(p, i)->seconds / p->longest; }
static double share(const page *p, int64_t i) { return 100 * layer(p, i)->seconds / p->sum; }
static double microseconds(const page *p, int64_t i) { return 1e6 * layer(p, i)->seconds; }
static double estimate(const page *p, int64_t i) { return layer(p, i)->estimate > 0 ? 1e6 * layer(p, i)->estimate : (double)NAN; }
static double gflops(const page *p, int64_t i) { return 1e-9 * ratio(layer(p, i)->operations, layer(p, i)->seconds); }
static double gbytes(const page *p, int64_t i) { return 1e-9 * ratio(bench_bytes(layer(p, i)), layer(p, i)->seconds); }
static double peak_share(const page *p, int64_t i) { return 1e11 * ratio(gflops(p, i), bench_peak(layer(p, i), &p->r->peak)); }
static double dram_share(const page *p, int64_t i) { return 1e11 * ratio(gbytes(p, i), p->r->peak.bytes); }
static double roof_share(const page *p, int64_t i) { return 1e11 * ratio(gflops(p, i), bench_roof(layer(p, i), &p->r->peak)); }

static const bench_layer *layer_before(const page *p, int64_t i) { return p->match[i] < 0 ? NULL : &p->old->layers[p->match[i]]; }
static double old_microseconds(const page *p, int64_t i) {
    const bench_layer *was = layer_before(p, i);
    return was ? 1e6 * was->seconds : (double)NAN;
}
static double faster(const page *p, int64_t i) { return ratio(old_microseconds(p, i), microseconds(p, i)); }

static const char *name(const page *p, int64_t i) { return escaped(p->arena, layer(p, i)->name); }
static const char *kernel(const page *p, int64_t i) { return escaped(p->arena, layer(p, i)->kernel); }
static const char *how(const page *p, int64_t i) { return escaped(p->arena, layer(p, i)->how); }
static const char *class(const page *p, int64_t i) { return arena_printf(p->arena, "k%d", p->kernel_of[i]); }
static const char *weights(const page *p, int64_t i) { return bytes_text(p->arena, layer(p, i)->weights); }
static const char *activations(const page *p, int64_t i) { return bytes_text(p->arena, layer(p, i)->activations); }

static double kernel_layers(const page *p, int64_t k) { return p->kernels[k].layers; }
static double kernel_milliseconds(const page *p, int64_t k) { return 1e3 * p->kernels[k].seconds; }
static double kernel_share(const page *p, int64_t k) { return 100 * p->kernels[k].seconds / p->sum; }
static double kernel_old(const page *p, int64_t k) { return 1e3 * p->kernels[k].old; }
static const char *kernel_name(const page *p, int64_t k) { return escaped(p->arena, p->kernels[k].name); }
/* Hues by the golden angle: any number of them, those that follow each other far apart. */
static const char *color(const page *p, int64_t k) {
    return arena_printf(p->arena, "hsl(%.0f 60%% %d%%)", fmod(210 + 137.508 * (double)k, 360), k % 2 ? 45 : 55);
}

/* ---- the roofline plot ---- */

static double place(const axis *x, double at) {
    double part = (log10(at) - x->first) / (x->last - x->first);
    return x->from + fmin(fmax(part, 0), 1) * (x->to - x->from);
}

static double intensity(const bench_layer *l) { return ratio(l->operations, bench_bytes(l)); }
static bool is_plotted(const page *p, int64_t i) { return gflops(p, i) > 0 && intensity(layer(p, i)) > 0; }
static double circle_x(const page *p, int64_t i) { return is_plotted(p, i) ? place(&p->x, intensity(layer(p, i))) : 0; }
static double circle_y(const page *p, int64_t i) { return is_plotted(p, i) ? place(&p->y, gflops(p, i)) : 0; }
static double radius(const page *p, int64_t i) { return is_plotted(p, i) ? 2 + 60 * sqrt(layer(p, i)->seconds / p->sum) : 0; }

static double x_tick(const page *p, int64_t t) { return place(&p->x, pow(10, (double)(p->x.first + t))); }
static double y_tick(const page *p, int64_t t) { return place(&p->y, pow(10, (double)(p->y.first + t))); }
static double x_label(const page *p, int64_t t) { return pow(10, (double)(p->x.first + t)); }
static double y_label(const page *p, int64_t t) { return pow(10, (double)(p->y.first + t)); }

/* From the left edge, or from where the slope comes in at the bottom, to the ridge and on to the right. */
static const char *roof(const page *p, int64_t i) {
    (void)i;
    double peak = p->r->peak.operations / 1e9, slope = p->r->peak.bytes / 1e9;
    double start = fmax(pow(10, p->x.first), pow(10, p->y.first) / slope);
    return arena_printf(p->arena, "%.1f,%.1f %.1f,%.1f %.1f,%.1f", place(&p->x, start), place(&p->y, start * slope),
                        place(&p->x, peak / slope), place(&p->y, peak), p->x.to, place(&p->y, peak));
}

/* Whole powers of ten around what is shown, at most six. */
static void choose_axes(page *p) {
    double peak = p->r->peak.operations / 1e9, ridge = p->r->peak.operations / p->r->peak.bytes;
    double least[2] = {ridge / 10, peak / 10}, most[2] = {ridge * 10, peak * 1.1};
    for (int i = 0; i < p->r->n_layers; i++) {
        if (!is_plotted(p, i)) continue;
        double at[2] = {intensity(layer(p, i)), gflops(p, i)};
        for (int k = 0; k < 2; k++) least[k] = fmin(least[k], at[k]), most[k] = fmax(most[k], at[k]);
    }
    axis *axes[2] = {&p->x, &p->y};
    p->x = (axis){.from = 60, .to = 980};
    p->y = (axis){.from = 470, .to = 20};
    for (int k = 0; k < 2; k++) {
        axes[k]->last = (int)ceil(log10(most[k]));
        axes[k]->first = (int)fmax(floor(log10(least[k])), axes[k]->last - 6);
    }
}

/* ---- totals ---- */

static int find_kernel(page *p, const char *wanted) {
    for (int k = 0; k < p->n_kernels; k++)
        if (!strcmp(p->kernels[k].name, wanted)) return k;
    p->kernels[p->n_kernels].name = wanted;
    return p->n_kernels++;
}

static page page_new(const bench_result *r, const bench_result *old, arena *a) {
    page p = {.arena = a, .r = r, .old = old, .match = old ? bench_match(r, old, a) : NULL};
    p.before = ARENA_ARRAY(a, double, r->n_layers);
    p.kernel_of = ARENA_ARRAY(a, int, r->n_layers);
    p.kernels = ARENA_ARRAY(a, kernel_total, r->n_layers + (old ? old->n_layers : 0));
    for (int i = 0; i < r->n_layers; i++) {
        int k = p.kernel_of[i] = find_kernel(&p, r->layers[i].kernel);
        p.kernels[k].layers++;
        p.kernels[k].seconds += r->layers[i].seconds;
        p.before[i] = p.sum;
        p.sum += r->layers[i].seconds;
        p.longest = fmax(p.longest, r->layers[i].seconds);
    }
    for (int i = 0; old && i < old->n_layers; i++) p.kernels[find_kernel(&p, old->layers[i].kernel)].old += old->layers[i].seconds;
    if (!(p.sum > 0)) p.sum = p.longest = 1;
    choose_axes(&p);
    return p;
}

/* ---- filling them in ---- */

static const hole holes[] = {
    {"name", NULL, NULL, name},
    {"kernel", NULL, NULL, kernel},
    {"how", NULL, NULL, how},
    {"class", NULL, NULL, class},
    {"left", "%.2f", left, NULL},
    {"width", "%.2f", width, NULL},
    {"bar", "%.1f", bar, NULL},
    {"microseconds", "%.1f", microseconds, NULL},
    {"estimate", "%.1f", estimate, NULL},
    {"share", "%.1f", share, NULL},
    {"old_microseconds", "%.1f", old_microseconds, NULL},
    {"faster", "%.2fx", faster, NULL},
    {"gflops", "%.2f", gflops, NULL},
    {"peak_share", "%.1f %%", peak_share, NULL},
    {"roof_share", "%.0f", roof_share, NULL},
    {"gbytes", "%.2f", gbytes, NULL},
    {"dram_share", "%.1f %%", dram_share, NULL},
    {"weights", NULL, NULL, weights},
    {"activations", NULL, NULL, activations},
    {"color", NULL, NULL, color},
    {"kernel_name", NULL, NULL, kernel_name},
    {"kernel_layers", "%.0f", kernel_layers, NULL},
    {"kernel_milliseconds", "%.3f", kernel_milliseconds, NULL},
    {"kernel_share", "%.1f", kernel_share, NULL},
    {"kernel_old", "%.3f", kernel_old, NULL},
    {"x", "%.1f", circle_x, NULL},
    {"y", "%.1f", circle_y, NULL},
    {"radius", "%.1f", radius, NULL},
    {"x_tick", "%.1f", x_tick, NULL},
    {"x_label", "%g", x_label, NULL},
    {"y_tick", "%.1f", y_tick, NULL},
    {"y_label", "%g", y_label, NULL},
    {"roof", NULL, NULL, roof},
};

typedef struct bound_hole {
    const page *page;
    const hole *hole;
} bound_hole;

static void fill(void *context, text *out, int n, const int64_t *args) {
    const bound_hole *b = context;
    int64_t i = n ? args[0] : 0;
    if (b->hole->word) {
        text_put(out, b->hole->word(b->page, i));
        return;
    }
    double x = b->hole->number(b->page, i);
    char shown[64];
    if (isfinite(x) && snprintf(shown, sizeof shown, b->hole->format, x) > 0) text_put(out, shown);
}

static void define_run(template_env *e, const char *prefix, const bench_result *r, arena *a) {
    const struct {
        const char *name, *text;
    } words[] = {
        {"milliseconds", arena_printf(a, "%.3f", 1e3 * r->seconds)},
        {"statistic", escaped(a, r->statistic)},
        {"runs", arena_printf(a, "%d", r->runs)},
        {"target", escaped(a, r->target)},
        {"compiler", escaped(a, r->compiler)},
        {"machine", escaped(a, r->machine)},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) template_text(e, arena_printf(a, "%s%s", prefix, words[i].name), words[i].text);
}

bool bench_write_html(FILE *f, const bench_result *r, const bench_result *old, arena *a, diagnostics *d) {
    page p = page_new(r, old, a);
    template_env *e = template_env_new(a);
    for (size_t i = 0; i < sizeof holes / sizeof *holes; i++) {
        bound_hole b = {&p, &holes[i]};
        template_call(e, holes[i].name, fill, arena_copy(a, &b, sizeof b));
    }
    define_run(e, "", r, a);
    if (old) define_run(e, "old_", old, a);
    template_text(e, "model", escaped(a, r->model));
    template_text(e, "version", CNNC_VERSION);
    template_text(e, "rate", arena_printf(a, "%.1f", r->operations / r->seconds / 1e9));
    template_text(e, "gain", old ? arena_printf(a, "%.2f", old->seconds / r->seconds) : "");
    template_text(e, "cores", r->threads > 1 ? arena_printf(a, "%d cores do", r->threads) : "A core does");
    template_text(e, "peak", arena_printf(a, "%.1f", r->peak.operations / 1e9));
    template_text(e, "bandwidth", arena_printf(a, "%.1f", r->peak.bytes / 1e9));
    template_int(e, "compared", old != NULL);
    template_int(e, "layers", r->n_layers);
    template_int(e, "kernels", p.n_kernels);
    template_int(e, "x_ticks", p.x.last - p.x.first + 1);
    template_int(e, "y_ticks", p.y.last - p.y.first + 1);
    text out = {.arena = a};
    return template_expand_string(e, pages->path, pages->text, &out, d) &&
           (fwrite(out.bytes, 1, out.size, f) == out.size || diag_error(d, "", NULL, "the page cannot be written"));
}
