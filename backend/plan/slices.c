/* How finely a plan can be cut into slices. */
#include "backend/plan/plan.h"

#include <string.h>

static int64_t elements_written(const step *s) {
    int64_t n = 0;
    for (int i = 0; i < s->n_out; i++)
        if (s->out[i].value) n += work_product(s->out[i].rank, s->out[i].dims);
    return n;
}

/* Kernels on NCHW16c compute the unused lanes of the last block as well. */
static int64_t all_lanes(const operand *y, int64_t work) {
    if (y->layout.kind != LAYOUT_C16 || y->rank < 2 || !y->dims[1]) return work;
    int64_t channels = y->dims[1], lanes = (channels + C16 - 1) / C16 * C16;
    return work / channels * lanes + (work % channels * lanes + channels - 1) / channels;
}

/* Iterations, of the largest sizes. */
static int64_t most_iterations(const step *s, int which) {
    const number extent = s->extent[which];
    int64_t n = 1;
    if (!extent.text) return WORK(extent.n, s->phases.n);
    for (int k = 0; k < s->whole; k++) {
        const bool blocks = k == 1 && s->out[0].layout.kind == LAYOUT_C16;
        n = WORK(n, blocks ? (s->out[0].dims[k] + C16 - 1) / C16 : s->out[0].dims[k]);
    }
    return n;
}

static int64_t largest_unit(const step *s, int which) {
    if (s->unit_work[which]) return s->unit_work[which];
    int64_t work = s->macs ? s->macs : s->flops ? s->flops : elements_written(s), units = most_iterations(s, which);
    if (s->n_out) work = all_lanes(&s->out[0], work);
    return units ? (work + units - 1) / units : 0;
}

/* The open sizes that the work of an iteration grows with: their product, the most that it can be, and the work for each. */
typedef struct growth {
    number sizes;
    int64_t most, work;
} growth;

static growth growth_of(arena *a, const step *s, int which) {
    growth g = {number_known(1), 1, largest_unit(s, which)};
    const bool stated = s->unit_work[which] && !s->whole; /* for any size */
    for (int k = s->whole; s->n_out && !stated && k < s->out[0].rank; k++) {
        if (!s->out[0].open[k]) continue;
        g.sizes = number_mul(a, g.sizes, operand_size(&s->out[0], k));
        g.most = WORK(g.most, s->out[0].dims[k]);
    }
    g.work = (g.work + g.most - 1) / g.most;
    return g;
}

number step_unit_work_of_sizes(arena *a, const step *s, int which) {
    const growth g = growth_of(a, s, which);
    return number_mul(a, g.sizes, number_known(g.work));
}

int64_t step_unit_work(const plan *p, const step *s, int which) {
    const growth g = growth_of(p->arena, s, which);
    return WORK(g.work, g.most);
}

typedef struct largest {
    const step *step;
    int64_t work;
} largest;

static void find_largest(const plan *p, const block *b, largest *l) {
    for (int i = 0; i < b->n_steps; i++) {
        const step *s = b->steps[i];
        if (s->kind != STEP_KERNEL) {
            find_largest(p, s->then_block, l);
            find_largest(p, s->else_block, l);
            continue;
        }
        for (int t = 0; t < p->n_targets; t++)
            if (step_unit_work(p, s, t) > l->work) *l = (largest){s, step_unit_work(p, s, t)};
    }
}

int64_t plan_slice_min(const plan *p) {
    largest l = {.work = 1};
    find_largest(p, p->body, &l);
    return l.work;
}

static int count(const block *b, step_kind kind) {
    int n = 0;
    for (int i = 0; i < b->n_steps; i++) {
        const step *s = b->steps[i];
        n += s->kind == kind;
        if (s->kind != STEP_KERNEL) n += count(s->then_block, kind) + count(s->else_block, kind);
    }
    return n;
}

int plan_steps_of(const plan *p, step_kind kind) { return count(p->body, kind); }

bool slices_check(const plan *p) {
    largest l = {.work = p->options.slice};
    find_largest(p, p->body, &l);
    if (!l.step) return true;
    static const char format[] = "cannot be cut into slices of %lld multiply-adds";
    const char *hint = arena_printf(p->arena, "its smallest has %lld: --step=%lld", (long long)l.work, (long long)l.work);
    if (!l.step->node) return diag_error(p->diags, "", hint, format, (long long)p->options.slice);
    return node_error(p->diags, l.step->node, hint, format, (long long)p->options.slice);
}
