/* ---- the self-test: what a layer computes, as two sums, against what the reference evaluator found ---- */

/* Where the elements of an output lie: n x c x y x x of them, `lanes` channels side by side. Places in elements. */
typedef struct self_test_shape {
    uint32_t n, c, y, x, lanes, origin, batch, block, row, type;
} self_test_shape;

typedef struct self_test_check {
    float sum, size; /* of elements times weights of their own; of absolute values */
    uint16_t shape;
    uint8_t output, last; /* which one of the step; 1: there is no other to check */
} self_test_check;

typedef struct self_test {
    const self_test_check *next;
    const self_test_shape *shapes;
    double tolerance;  /* of a sum, relative to the sum of absolute values */
    int layers, wrong; /* layers done; the first one that differed, from 1, or 0 */
} self_test;

static int self_test_agrees(const self_test *t, const void *y) {
    const self_test_shape *s = &t->shapes[t->next->shape];
    double sum = 0, size = 0;
    uint32_t i = 0;
    for (uint32_t n = 0; n < s->n; n++)
        for (uint32_t c = 0; c < s->c; c++)
            for (uint32_t k = 0; k < s->y; k++)
                for (uint32_t x = 0; x < s->x; x++) {
                    const size_t at = (size_t)s->origin + (size_t)n * s->batch + (size_t)(c / s->lanes) * s->block;
                    const double v =
                        self_test_load(y, s->type, (ptrdiff_t)(at + (size_t)k * s->row + x * s->lanes + c % s->lanes));
                    sum += self_test_weight(i++) * v;
                    size += v < 0 ? -v : v;
                }
    const double allowed = t->tolerance * (double)t->next->size;
    sum -= (double)t->next->sum, size -= (double)t->next->size;
    return sum >= -allowed && sum <= allowed && size >= -allowed && size <= allowed;
}

static void self_test_layer(self_test *t, void *const *out) {
    t->layers++;
    do {
        if (!t->wrong && !self_test_agrees(t, out[t->next->output])) t->wrong = t->layers;
    } while (!t->next++->last);
}

static void self_test_in_turn(void *pool, int threads, void (*body)(void *task, int thread), void *task) {
    (void)pool;
    for (int i = 0; i < threads; i++) body(task, i);
}

/* step_run, and in a self-test the check; one function for all steps, for it should be small. */
CNNC_NOINLINE static void self_test_step(const parallel_for *parallel, kernel *call, const void *const *in,
                                         void *const *out, ptrdiff_t extent, ptrdiff_t phases) {
    step_run(parallel, call, in, out, extent, phases);
    if (parallel && parallel->run == self_test_in_turn) self_test_layer((self_test *)parallel->pool, out);
}
