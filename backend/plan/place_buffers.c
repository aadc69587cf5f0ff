/* Offsets in the arena: buffers whose lives overlap get disjoint ranges. Greedy best effort in several orders (largest
 * first is the one that usually wins); the smallest arena is kept. Pisarchyk & Lee, "Efficient memory management for deep
 * neural net inference" (2020), compare such strategies. */
#include "backend/plan/plan.h"

#include <stdlib.h>
#include <string.h>

enum {
    ALIGNMENT = 64,
    MANY = 4096, /* buffers: of more, only the order that needs no look at each pair is tried */
};

static int64_t aligned(int64_t size) { return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT; }

static bool overlap(const buffer *x, const buffer *y) { return x->first <= y->last && y->first <= x->last; }

static int by_size(const void *a, const void *b) {
    const buffer *x = *(buffer *const *)a, *y = *(buffer *const *)b;
    if (x->size != y->size) return x->size < y->size ? 1 : -1;
    return x->first != y->first ? (x->first < y->first ? -1 : 1) : 0;
}

static int by_life(const void *a, const void *b) {
    const buffer *x = *(buffer *const *)a, *y = *(buffer *const *)b;
    int lx = x->last - x->first, ly = y->last - y->first;
    return lx != ly ? (lx < ly ? 1 : -1) : by_size(a, b);
}

static int by_start(const void *a, const void *b) {
    const buffer *x = *(buffer *const *)a, *y = *(buffer *const *)b;
    return x->first != y->first ? (x->first < y->first ? -1 : 1) : by_size(a, b);
}

static int by_last(const void *a, const void *b) {
    const buffer *x = *(buffer *const *)a, *y = *(buffer *const *)b;
    return x->last < y->last ? -1 : x->last > y->last;
}

static int by_offset(const void *a, const void *b) {
    const buffer *x = *(buffer *const *)a, *y = *(buffer *const *)b;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* ---- in any order: a look at each pair of buffers ---- */

/* Places each where the smallest gap that holds it begins; `placed` is scratch. The arena's size. */
static int64_t place_in_order(buffer **order, int n, buffer **placed) {
    int64_t end = 0;
    for (int i = 0; i < n; i++) {
        buffer *b = order[i];
        int64_t need = aligned(b->size), at = 0, best = -1, best_gap = INT64_MAX;
        int n_rivals = 0;
        for (int k = 0; k < i; k++)
            if (overlap(b, order[k])) placed[n_rivals++] = order[k];
        qsort(placed, (size_t)n_rivals, sizeof *placed, by_offset);
        for (int k = 0; k < n_rivals; k++) {
            int64_t gap = placed[k]->offset - at;
            if (gap >= need && gap < best_gap) best = at, best_gap = gap;
            int64_t behind = placed[k]->offset + aligned(placed[k]->size);
            if (behind > at) at = behind;
        }
        b->offset = best >= 0 ? best : at;
        if (b->offset + need > end) end = b->offset + need;
    }
    return end;
}

/* ---- in program order: free ranges between the live buffers, sorted by offset ---- */

typedef struct range {
    int64_t begin, end;
} range;

typedef struct sweep {
    range *gaps; /* below `top` */
    int n_gaps;
    int64_t top; /* end of the highest live buffer */
    int64_t end; /* of all that there ever was */
} sweep;

static void remove_gap(sweep *s, int i) {
    s->n_gaps--;
    memmove(&s->gaps[i], &s->gaps[i + 1], sizeof *s->gaps * (size_t)(s->n_gaps - i));
}

/* The smallest gap that holds it, the lowest of equals; else the top. */
static int64_t take(sweep *s, int64_t need) {
    int best = -1;
    for (int i = 0; i < s->n_gaps; i++) {
        int64_t gap = s->gaps[i].end - s->gaps[i].begin;
        if (gap >= need && (best < 0 || gap < s->gaps[best].end - s->gaps[best].begin)) best = i;
    }
    int64_t at = best >= 0 ? s->gaps[best].begin : s->top;
    if (best >= 0 && (s->gaps[best].begin += need) == s->gaps[best].end) remove_gap(s, best);
    if (best < 0) s->top += need;
    if (s->top > s->end) s->end = s->top;
    return at;
}

static void give_back(sweep *s, int64_t begin, int64_t end) {
    int low = 0, high = s->n_gaps;
    while (low < high) {
        int middle = (low + high) / 2;
        if (s->gaps[middle].begin < begin) low = middle + 1;
        else high = middle;
    }
    bool joins_before = low > 0 && s->gaps[low - 1].end == begin, joins_behind = low < s->n_gaps && s->gaps[low].begin == end;
    if (joins_before) begin = s->gaps[low - 1].begin;
    if (joins_behind) end = s->gaps[low].end;
    if (joins_behind) remove_gap(s, low);
    if (joins_before) remove_gap(s, --low);
    if (end == s->top) {
        s->top = begin;
        return;
    }
    memmove(&s->gaps[low + 1], &s->gaps[low], sizeof *s->gaps * (size_t)(s->n_gaps - low));
    s->gaps[low] = (range){begin, end};
    s->n_gaps++;
}

/* What place_in_order finds of buffers that are sorted by start, in less time. */
static int64_t place_by_start(buffer *const *order, int n, buffer **dying, arena *a) {
    sweep s = {.gaps = ARENA_ARRAY(a, range, n + 1)};
    memcpy(dying, order, sizeof *dying * (size_t)n);
    qsort(dying, (size_t)n, sizeof *dying, by_last);
    for (int i = 0; i < n; i++) {
        for (; (*dying)->last < order[i]->first; dying++)
            if ((*dying)->size) give_back(&s, (*dying)->offset, (*dying)->offset + aligned((*dying)->size));
        order[i]->offset = take(&s, aligned(order[i]->size));
    }
    return s.end;
}

/* ---- the arena ---- */

static int64_t largest_live_sum(arena *a, buffer *const *buffers, int n, int n_steps, int *peak_step) {
    int64_t *change = ARENA_ARRAY(a, int64_t, n_steps + 2), sum = 0, largest = 0; /* by step */
    for (int i = 0; i < n; i++) {
        change[buffers[i]->first] += aligned(buffers[i]->size);
        change[buffers[i]->last + 1] -= aligned(buffers[i]->size);
    }
    *peak_step = 0;
    for (int at = 0; at <= n_steps; at++) {
        sum += change[at];
        if (sum > largest) largest = sum, *peak_step = at;
    }
    return largest;
}

enum { BY_SIZE, BY_LIFE, BY_START, ORDERS };

static int64_t place(buffer **buffers, int n, int order, buffer **scratch, arena *a) {
    static int (*const orders[ORDERS])(const void *, const void *) = {by_size, by_life, by_start};
    qsort(buffers, (size_t)n, sizeof *buffers, orders[order]);
    return order == BY_START ? place_by_start(buffers, n, scratch, a) : place_in_order(buffers, n, scratch);
}

void buffers_place(plan *p) {
    buffer **moving = ARENA_ARRAY(p->arena, buffer *, p->n_buffers), **scratch = ARENA_ARRAY(p->arena, buffer *, p->n_buffers);
    int n = 0;
    p->weights = 0;
    for (int i = 0; i < p->n_buffers; i++) {
        buffer *b = p->buffers[i];
        if (b->where == MEMORY_CONSTANT) {
            b->offset = p->weights;
            p->weights += aligned(b->size);
        } else if (b->where == MEMORY_ARENA && b->first >= 0) moving[n++] = b;
    }
    p->peak_live = largest_live_sum(p->arena, moving, n, p->n_steps, &p->peak_step);
    int best = BY_START;
    int64_t smallest = INT64_MAX;
    for (int order = n > MANY ? BY_START : 0; order < ORDERS; order++) {
        int64_t size = place(moving, n, order, scratch, p->arena);
        if (size < smallest) smallest = size, best = order;
    }
    p->workspace = place(moving, n, best, scratch, p->arena);
}
