/* The program that `cnnc run`, `verify` and `bench` build around an emitted model whose prefix is net. It is no part of
 * any model.
 *
 *   net run IN OUT           IN: samples, each all inputs one after the other as raw bytes; OUT: likewise the outputs
 *   net time IN OUT RUNS CORE  the first sample RUNS times, on one CPU core if CORE >= 0; OUT: a row of doubles for each
 *                            run: the seconds of each step, then of a run without the timers
 *   net steps IN OUT RUNS CORE EVICT  the same, but only the steps, and with EVICT bytes touched before each run, then the
 *                            workspace: the caches hold none of the weights then
 *
 * Compiled with -DTHREADS=n it uses the pool of a model emitted with --threads; with -DPROFILE the timers of one
 * emitted with --profile; with -DWEIGHTS="file" it reads the weights of one emitted with --weights=file. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "net.h"

enum { GUARD = 4096, POISON = 0xff /* NaN in every float type */ };

#ifdef THREADS
static net_pool pool;
#endif

static void fail(const char *what) {
    fprintf(stderr, "%s\n", what);
    exit(1);
}

/* `size` bytes between two guards. */
static unsigned char *guarded_new(size_t size) {
    size_t rounded = (size + 63) / 64 * 64;
    unsigned char *all = aligned_alloc(64, rounded + 2 * GUARD);
    if (!all) fail("out of memory");
    memset(all, POISON, rounded + 2 * GUARD);
    return all + GUARD;
}

static void guarded_check(const unsigned char *p, size_t size, const char *name) {
    for (size_t i = 0; i < GUARD; i++) {
        if (p[size + i] == POISON && p[-1 - (ptrdiff_t)i] == POISON) continue;
        fprintf(stderr, "the model wrote outside %s\n", name);
        exit(1);
    }
}

typedef struct model_memory {
    unsigned char *inputs[NET_INPUT_COUNT + 1], *outputs[NET_OUTPUT_COUNT + 1], *workspace;
} model_memory;

static model_memory memory_new(void) {
    model_memory m;
    for (int i = 0; i < NET_INPUT_COUNT; i++) m.inputs[i] = guarded_new(net_input_info[i].bytes);
    for (int i = 0; i < NET_OUTPUT_COUNT; i++) m.outputs[i] = guarded_new(net_output_info[i].bytes);
    m.workspace = guarded_new(net_workspace_size());
    return m;
}

static void memory_free(const model_memory *m) {
    for (int i = 0; i < NET_INPUT_COUNT; i++) free(m->inputs[i] - GUARD);
    for (int i = 0; i < NET_OUTPUT_COUNT; i++) free(m->outputs[i] - GUARD);
    free(m->workspace - GUARD);
}

static void memory_check(const model_memory *m) {
    for (int i = 0; i < NET_INPUT_COUNT; i++) guarded_check(m->inputs[i], net_input_info[i].bytes, "an input");
    for (int i = 0; i < NET_OUTPUT_COUNT; i++) guarded_check(m->outputs[i], net_output_info[i].bytes, "an output");
    guarded_check(m->workspace, net_workspace_size(), "the workspace");
}

static void run_model(const model_memory *m) {
    const void *inputs[NET_INPUT_COUNT + 1];
    void *outputs[NET_OUTPUT_COUNT + 1];
    for (int i = 0; i < NET_INPUT_COUNT; i++) inputs[i] = m->inputs[i];
    for (int i = 0; i < NET_OUTPUT_COUNT; i++) outputs[i] = m->outputs[i];
#ifdef THREADS
    int failure = net_run_parallel_pointers(&pool, inputs, outputs, m->workspace);
#else
    int failure = net_run_pointers(inputs, outputs, m->workspace);
#endif
    if (failure) fail("the model reported a failure");
}

/* False at the end of the file. */
static int read_sample(FILE *f, const model_memory *m) {
    for (int i = 0; i < NET_INPUT_COUNT; i++) {
        size_t got = fread(m->inputs[i], 1, net_input_info[i].bytes, f);
        if (got == 0 && i == 0 && net_input_info[i].bytes > 0) return 0;
        if (got != net_input_info[i].bytes) fail("the input file ends within a sample");
    }
    return 1;
}

static void run(FILE *in, FILE *out) {
    model_memory m = memory_new();
    for (int more = read_sample(in, &m); more;) {
        /* What a model does not compute must show. */
        memset(m.workspace, POISON, net_workspace_size());
        for (int i = 0; i < NET_OUTPUT_COUNT; i++) memset(m.outputs[i], POISON, net_output_info[i].bytes);
        run_model(&m);
        memory_check(&m);
        for (int i = 0; i < NET_OUTPUT_COUNT; i++) fwrite(m.outputs[i], 1, net_output_info[i].bytes, out);
        int byte = fgetc(in);
        more = byte != EOF && ungetc(byte, in) != EOF && read_sample(in, &m);
    }
    memory_free(&m);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double time_once(const model_memory *m) {
    double start = now();
    run_model(m);
    return now() - start;
}

static void pin(int core) {
    if (core < 0) return;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)core, &set);
    sched_setaffinity(0, sizeof set, &set);
}

#ifdef PROFILE
static void time_steps(const model_memory *m, FILE *out) {
    const void *inputs[NET_INPUT_COUNT + 1];
    void *outputs[NET_OUTPUT_COUNT + 1];
    for (int k = 0; k < NET_INPUT_COUNT; k++) inputs[k] = m->inputs[k];
    for (int k = 0; k < NET_OUTPUT_COUNT; k++) outputs[k] = m->outputs[k];
    double seconds[NET_STEP_COUNT + 1] = {0};
#ifdef THREADS
    net_run_parallel_profiled_pointers(&pool, inputs, outputs, m->workspace, seconds);
#else
    net_run_profiled_pointers(inputs, outputs, m->workspace, seconds);
#endif
    fwrite(seconds, sizeof *seconds, NET_STEP_COUNT, out);
}

/* Reading leaves nothing to be written back from the caches later. */
static unsigned touch(const unsigned char *bytes, size_t size) {
    unsigned sum = 0;
    for (size_t i = 0; i < size; i += 64) sum += bytes[i];
    return sum;
}

static void time_steps_only(FILE *in, FILE *out, int runs, int core, size_t evicted) {
    pin(core);
    model_memory m = memory_new();
    unsigned char *bytes = guarded_new(evicted);
    volatile unsigned sink;
    read_sample(in, &m);
    time_once(&m);
    for (int i = 0; i < runs; i++) {
        sink = touch(bytes, evicted);
        if (evicted) sink = touch(m.workspace, net_workspace_size());
        time_steps(&m, out);
    }
    (void)sink;
    free(bytes - GUARD);
    memory_free(&m);
}
#endif

static void time_model(FILE *in, FILE *out, int runs, int core) {
    pin(core);
    model_memory m = memory_new();
    read_sample(in, &m);
    time_once(&m);
    for (int i = 0; i < runs; i++) {
#ifdef PROFILE
        time_steps(&m, out);
#endif
        double total = time_once(&m);
        fwrite(&total, sizeof total, 1, out);
    }
    memory_free(&m);
}

int main(int argc, char **argv) {
    if (argc < 4) fail("usage: net run IN OUT | net time IN OUT RUNS CORE | net steps IN OUT RUNS CORE EVICT");
    FILE *in = fopen(argv[2], "rb"), *out = fopen(argv[3], "wb");
    if (!in || !out) fail("cannot open the input or output file");
#ifdef THREADS
    if (net_pool_start(&pool, THREADS)) fail("cannot start threads");
#endif
    if (!strcmp(argv[1], "run")) run(in, out);
    else if (!strcmp(argv[1], "time") && argc == 6) time_model(in, out, atoi(argv[4]), atoi(argv[5]));
#ifdef PROFILE
    else if (!strcmp(argv[1], "steps") && argc == 7) time_steps_only(in, out, atoi(argv[4]), atoi(argv[5]), (size_t)atoll(argv[6]));
#endif
    else fail("usage: net run IN OUT | net time IN OUT RUNS CORE | net steps IN OUT RUNS CORE EVICT");
#ifdef THREADS
    net_pool_stop(&pool);
#endif
    fclose(in);
    if (fclose(out) != 0) fail("cannot write the output file");
    return 0;
}
