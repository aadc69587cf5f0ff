/* Offsets in the arena: buffers that live at the same time never share a byte, in networks of any size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
/* first the standard headers that cmocka wants */
#include <cmocka.h>

#include "backend/plan/plan.h"

enum { MANY = 6000, STEPS = 3000 };

static int64_t aligned(int64_t size) { return (size + 63) / 64 * 64; }

/* A plan of n buffers, of lives of up to `longest` steps. */
static plan *draw(arena *a, int n, int longest) {
    plan *p = ARENA_NEW(a, plan);
    p->arena = a;
    p->n_steps = STEPS;
    p->n_buffers = n;
    p->buffers = ARENA_ARRAY(a, buffer *, n);
    for (int i = 0; i < n; i++) {
        int first = rand() % STEPS, last = first + rand() % longest;
        p->buffers[i] = ARENA_NEW(a, buffer);
        *p->buffers[i] = (buffer){.where = MEMORY_ARENA, .size = rand() % 5000, .first = first, .last = last < STEPS ? last : STEPS};
    }
    return p;
}

static int64_t sum_at(const plan *p, int at) {
    int64_t sum = 0;
    for (int i = 0; i < p->n_buffers; i++)
        if (p->buffers[i]->first <= at && at <= p->buffers[i]->last) sum += aligned(p->buffers[i]->size);
    return sum;
}

static void check(const plan *p) {
    for (int i = 0; i < p->n_buffers; i++) {
        const buffer *x = p->buffers[i];
        assert_int_equal(x->offset % 64, 0);
        assert_true(x->offset >= 0 && x->offset + x->size <= p->workspace);
        for (int k = 0; k < i; k++) {
            const buffer *y = p->buffers[k];
            if (x->first > y->last || y->first > x->last) continue;
            if (x->offset < y->offset + y->size && y->offset < x->offset + x->size) fail_msg("buffers %d and %d overlap", k, i);
        }
    }
    assert_int_equal(p->peak_live, sum_at(p, p->peak_step));
    for (int at = 0; at <= STEPS; at++) assert_true(sum_at(p, at) <= p->peak_live);
    assert_true(p->workspace >= p->peak_live && p->workspace < 2 * p->peak_live);
}

static void test_few(void **state) {
    (void)state;
    for (int longest = 1; longest <= 1000; longest *= 10) {
        arena *a = arena_new();
        plan *p = draw(a, 300, longest);
        buffers_place(p);
        check(p);
        arena_free(a);
    }
}

static void test_many(void **state) {
    (void)state;
    for (int longest = 10; longest <= 1000; longest *= 100) {
        arena *a = arena_new();
        plan *p = draw(a, MANY, longest);
        buffers_place(p);
        check(p);
        arena_free(a);
    }
}

int main(void) {
    srand(1);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_few), cmocka_unit_test(test_many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
