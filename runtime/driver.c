/* The program that `cnnc run`, `verify` and `bench` build around an emitted model (driver.h). It is no part of
 * any model.
 *
 *   net run IN OUT           IN: samples, each all inputs one after the other as raw bytes; OUT: likewise the outputs
 *   net time IN OUT RUNS CORE  the first sample RUNS times, on one CPU core if CORE >= 0; OUT: a row of doubles for each
 *                            run: the seconds of each step, then of a run without the timers
 *   net steps IN OUT RUNS CORE COLD  the same, but only the steps; where COLD is 1 and the weights' place is known (it is
 *                            with --weights=embed), no cache holds any of them when a run begins */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "driver.h"

enum { GUARD = 4096, POISON = 0xff /* NaN in every float type */ };

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
    unsigned char **inputs, **outputs, *workspace;
} model_memory;

static unsigned char **tensors_new(int output, int n) {
    unsigned char **list = malloc(sizeof *list * (size_t)(n + 1));
    if (!list) fail("out of memory");
    for (int i = 0; i < n; i++) list[i] = guarded_new(the_model.bytes(output, i));
    return list;
}

static model_memory memory_new(void) {
    model_memory m = {tensors_new(0, the_model.n_inputs), tensors_new(1, the_model.n_outputs), guarded_new(the_model.workspace)};
    return m;
}

static void memory_free(const model_memory *m) {
    for (int i = 0; i < the_model.n_inputs; i++) free(m->inputs[i] - GUARD);
    for (int i = 0; i < the_model.n_outputs; i++) free(m->outputs[i] - GUARD);
    free(m->workspace - GUARD);
    free(m->inputs);
    free(m->outputs);
}

static void memory_check(const model_memory *m) {
    for (int i = 0; i < the_model.n_inputs; i++) guarded_check(m->inputs[i], the_model.bytes(0, i), "an input");
    for (int i = 0; i < the_model.n_outputs; i++) guarded_check(m->outputs[i], the_model.bytes(1, i), "an output");
    guarded_check(m->workspace, the_model.workspace, "the workspace");
}

static void run_model(const model_memory *m) {
    const int failure = the_model.run((const void *const *)m->inputs, (void *const *)m->outputs, m->workspace);
    if (!failure) return;
    if (failure == 3) fail("this CPU runs none of the model's targets: name others, or an emulator by --run");
    fprintf(stderr, "the model reported failure %d: its header says what that is\n", failure);
    exit(1);
}

/* False at the end of the file. */
static int read_sample(FILE *f, const model_memory *m) {
    for (int i = 0; i < the_model.n_inputs; i++) {
        size_t got = fread(m->inputs[i], 1, the_model.bytes(0, i), f);
        if (got == 0 && i == 0 && the_model.bytes(0, i) > 0) return 0;
        if (got != the_model.bytes(0, i)) fail("the input file ends within a sample");
    }
    return 1;
}

static void run(FILE *in, FILE *out) {
    model_memory m = memory_new();
    for (int more = read_sample(in, &m); more;) {
        /* What a model does not compute must show. */
        memset(m.workspace, POISON, the_model.workspace);
        for (int i = 0; i < the_model.n_outputs; i++) memset(m.outputs[i], POISON, the_model.bytes(1, i));
        run_model(&m);
        memory_check(&m);
        for (int i = 0; i < the_model.n_outputs; i++) fwrite(m.outputs[i], 1, the_model.bytes(1, i), out);
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

static void time_steps(const model_memory *m, double *seconds, FILE *out) {
    memset(seconds, 0, sizeof *seconds * (size_t)the_model.n_steps);
    the_model.run_profiled((const void *const *)m->inputs, (void *const *)m->outputs, m->workspace, seconds);
    fwrite(seconds, sizeof *seconds, (size_t)the_model.n_steps, out);
}

static double *seconds_new(void) {
    double *seconds = calloc((size_t)the_model.n_steps + 1, sizeof *seconds);
    if (!seconds) fail("out of memory");
    return seconds;
}

static void flush_line(const unsigned char *line) {
#if defined(__x86_64__)
    __asm__ volatile("clflush (%0)" : : "r"(line) : "memory");
#elif defined(__aarch64__)
    __asm__ volatile("dc civac, %0\n\tdsb ish" : : "r"(line) : "memory");
#else
    (void)line;
#endif
}

/* The weights are all that a network finds cold when they are many: the rest was written or read just before. */
static void flush_weights(void) {
    for (size_t i = 0; i < the_model.weights_size; i += 64) flush_line(the_model.weights + i);
}

static void time_steps_only(FILE *in, FILE *out, int runs, int core, int cold) {
    pin(core);
    model_memory m = memory_new();
    double *seconds = seconds_new();
    read_sample(in, &m);
    time_once(&m);
    for (int i = 0; i < runs; i++) {
        if (cold) flush_weights();
        time_steps(&m, seconds, out);
    }
    free(seconds);
    memory_free(&m);
}

static void time_model(FILE *in, FILE *out, int runs, int core) {
    pin(core);
    model_memory m = memory_new();
    double *seconds = seconds_new();
    read_sample(in, &m);
    time_once(&m);
    for (int i = 0; i < runs; i++) {
        if (the_model.run_profiled) time_steps(&m, seconds, out);
        double total = time_once(&m);
        fwrite(&total, sizeof total, 1, out);
    }
    free(seconds);
    memory_free(&m);
}

static void time_each(FILE *in, FILE *out, int runs, int core) {
    pin(core);
    model_memory m = memory_new();
    while (read_sample(in, &m)) {
        double least = time_once(&m);
        for (int i = 0; i < runs; i++) {
            double seconds = time_once(&m);
            if (seconds < least) least = seconds;
        }
        fwrite(&least, sizeof least, 1, out);
    }
    memory_free(&m);
}

int main(int argc, char **argv) {
    static const char usage[] = "usage: net run IN OUT | net time IN OUT RUNS CORE | net steps IN OUT RUNS CORE COLD | net each IN OUT RUNS CORE";
    if (argc < 4) fail(usage);
    FILE *in = fopen(argv[2], "rb"), *out = fopen(argv[3], "wb");
    if (!in || !out) fail("cannot open the input or output file");
    if (the_model.start && the_model.start()) fail("cannot start threads");
    if (!strcmp(argv[1], "run")) run(in, out);
    else if (!strcmp(argv[1], "time") && argc == 6) time_model(in, out, atoi(argv[4]), atoi(argv[5]));
    else if (!strcmp(argv[1], "each") && argc == 6) time_each(in, out, atoi(argv[4]), atoi(argv[5]));
    else if (!strcmp(argv[1], "steps") && argc == 7 && the_model.run_profiled)
        time_steps_only(in, out, atoi(argv[4]), atoi(argv[5]), atoi(argv[6]));
    else fail(usage);
    if (the_model.stop) the_model.stop();
    fclose(in);
    if (fclose(out) != 0) fail("cannot write the output file");
    return 0;
}
