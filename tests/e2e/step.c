/* Runs net in slices and at once, of several sizes and batches where they are open. `counted` goes up by the multiply-adds that
 * kernels execute: the test has put that into them. Any argument: they are those that the budget counts, of which minimal filtering
 * has fewer. */
#include <stdio.h>
#include <string.h>

#include "net.h"

#if defined(NET_BATCH_MAX)
#define SAMPLES NET_BATCH_MAX
#define BATCH , size->batch
#else
#define SAMPLES 1
#define BATCH
#endif
#if defined(NET_SIZE_H_MAX)
#define OPEN 1 /* several sizes: with fewer budgets each */
#define SIZES , size->height, size->width
#else
#define OPEN 0
#define NET_SIZE_H_MIN 1
#define NET_SIZE_W_MIN 1
#define NET_SIZE_H_MAX 1
#define NET_SIZE_W_MAX 1
#define SIZES
#endif

typedef struct sizes {
    int64_t batch, height, width;
} sizes;

enum { ROOM = 1 << 22 };
long long counted;
static _Alignas(64) unsigned char workspace[NET_WORKSPACE_SIZE];
static _Alignas(64) float in_room[NET_INPUT_COUNT][ROOM], once[NET_OUTPUT_COUNT][ROOM], sliced[NET_OUTPUT_COUNT][ROOM];

static int fail(const char *what, long long budget) { return printf("%s (budget %lld)\n", what, budget), 1; }

static void draw(unsigned seed) {
    for (int i = 0; i < NET_INPUT_COUNT; i++)
        for (size_t k = 0; k < SAMPLES * net_input_info[i].bytes / sizeof(float); k++) {
            seed = seed * 1664525u + 1013904223u;
            in_room[i][k] = (float)(seed >> 8) / (float)(1 << 24);
        }
}

static int differs(void) {
    for (int i = 0; i < NET_OUTPUT_COUNT; i++)
        if (memcmp(once[i], sliced[i], SAMPLES * net_output_info[i].bytes) != 0) return 1;
    return 0;
}

/* Slices until the run is complete, at most `most`; how many there were, or -1 where one exceeds its budget. */
static long long run(net_slices *s, long long budget, long long most, int exact) {
    long long n = 0;
    for (int status = NET_STEP_MORE; status == NET_STEP_MORE && n < most; n++) {
        counted = 0;
        status = net_step(s, budget);
        if (status != 0 && status != NET_STEP_MORE) return -1;
        if (s->left < 0 || counted > budget || (exact && counted > budget - s->left)) return -1;
    }
    return n;
}

static int test(const sizes *size, int exact) {
    (void)size;
    const void *inputs[NET_INPUT_COUNT];
    void *outputs[NET_OUTPUT_COUNT], *results[NET_OUTPUT_COUNT];
    for (int i = 0; i < NET_INPUT_COUNT; i++) inputs[i] = in_room[i];
    for (int i = 0; i < NET_OUTPUT_COUNT; i++) outputs[i] = sliced[i], results[i] = once[i];
    net_inputs in;
    net_outputs out;
    memcpy(&in, inputs, sizeof in);
    memcpy(&out, outputs, sizeof out);
    net_slices s;
    long long last = 0;
    memset(once, 0, sizeof once);
    for (unsigned seed = 1; seed <= (OPEN ? 1 : 2); seed++) {
        for (long long budget = NET_STEP_MIN; budget < SAMPLES * ((OPEN ? 4096 : 64) * (long long)NET_MACS + 4096); budget *= OPEN ? 64 : 8) {
            draw(seed);
            if (net_run_pointers(inputs, results, workspace BATCH SIZES) != 0) return fail("cannot run", 0);
            /* one run is left before it is complete, another takes its place */
            draw(seed + 100);
            if (net_step_start(&s, &in, &out, workspace BATCH SIZES) != 0) return fail("cannot start", budget);
            if (net_step(&s, NET_STEP_MIN - 1) != 8) return fail("too small a budget is taken", budget);
            if (run(&s, budget, 2, exact) < 0) return fail("a slice exceeds its budget", budget);
            draw(seed);
            memset(sliced, 0, sizeof sliced);
            if (net_step_start(&s, &in, &out, workspace BATCH SIZES) != 0) return fail("cannot start again", budget);
            last = run(&s, budget, 1ll << 40, exact);
            if (last < 0) return fail("a slice exceeds its budget", budget);
            if (budget == NET_STEP_MIN && last < 4) return fail("there are few slices", budget);
            if (differs()) return fail("slices give other results than a run", budget);
            if (net_step(&s, budget) != 0) return fail("a complete run is not complete", budget);
        }
        if (last != 1) return fail("a large budget is not enough", last);
    }
    return 0;
}

int main(int argc, char **argv) {
    (void)argv;
    const int64_t h[] = {NET_SIZE_H_MIN, NET_SIZE_H_MAX, (NET_SIZE_H_MIN + NET_SIZE_H_MAX) / 2, NET_SIZE_H_MAX - 1},
                  w[] = {NET_SIZE_W_MIN, NET_SIZE_W_MAX, NET_SIZE_W_MAX - 2, (NET_SIZE_W_MIN + NET_SIZE_W_MAX) / 2};
    for (int i = 0; i < (OPEN ? 4 : 1); i++)
        for (int batch = 1; batch <= SAMPLES; batch += SAMPLES > 1 ? SAMPLES - 1 : 1) {
            const sizes size = {batch, h[i], w[i]};
            if (test(&size, argc > 1)) return printf("batch %d of %lldx%lld\n", batch, (long long)h[i], (long long)w[i]), 1;
        }
    return 0;
}
