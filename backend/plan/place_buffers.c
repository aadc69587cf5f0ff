/* Offsets in the arena: buffers whose lives overlap get disjoint ranges. Greedy best effort in several orders (largest
 * first is the one that usually wins); the smallest arena is kept. Pisarchyk & Lee, "Efficient memory management for deep
 * neural net inference" (2020), compare such strategies. */
#include "backend/plan/plan.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64 };

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

static int by_offset(const void *a, const void *b) {
    const buffer *x = *(buffer *const *)a, *y = *(buffer *const *)b;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

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

static int64_t largest_live_sum(buffer *const *buffers, int n, int n_steps, int *peak_step) {
    int64_t largest = 0;
    *peak_step = 0;
    for (int at = 0; at <= n_steps; at++) {
        int64_t sum = 0;
        for (int i = 0; i < n; i++)
            if (buffers[i]->first <= at && at <= buffers[i]->last) sum += aligned(buffers[i]->size);
        if (sum > largest) largest = sum, *peak_step = at;
    }
    return largest;
}

void buffers_place(plan *p) {
    buffer **order = ARENA_ARRAY(p->arena, buffer *, p->n_buffers), **scratch = ARENA_ARRAY(p->arena, buffer *, p->n_buffers);
    int n = 0;
    p->weights = 0;
    for (int i = 0; i < p->n_buffers; i++) {
        buffer *b = p->buffers[i];
        if (b->where == MEMORY_CONSTANT) {
            b->offset = p->weights;
            p->weights += aligned(b->size);
        } else if (b->where == MEMORY_ARENA && b->first >= 0) order[n++] = b;
    }
    p->peak_live = largest_live_sum(order, n, p->n_steps, &p->peak_step);
    int (*const orders[])(const void *, const void *) = {by_size, by_life, by_start};
    int best = 0;
    int64_t smallest = INT64_MAX;
    for (int k = 0; k < 3; k++) {
        qsort(order, (size_t)n, sizeof *order, orders[k]);
        int64_t size = place_in_order(order, n, scratch);
        if (size < smallest) smallest = size, best = k;
    }
    qsort(order, (size_t)n, sizeof *order, orders[best]);
    p->workspace = place_in_order(order, n, scratch);
}
