/* How fast a core can multiply and add: what `cnnc bench` measures layers against. It is no part of any model.
 *
 *   peak OUT CORE      writes one double: floating-point operations a second
 *
 * Compiled with -DPEAK_BYTES=width of a vector register, -DPEAK_TARGET=function attribute. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef float vector __attribute__((vector_size(PEAK_BYTES)));

enum { CHAINS = 12, ROUNDS = 2000000, TRIES = 12 };
#define EACH(f) f(0) f(1) f(2) f(3) f(4) f(5) f(6) f(7) f(8) f(9) f(10) f(11)

/* Chains enough to hide the latency of a multiply-add, few enough for registers. */
PEAK_TARGET static float spin(float factor, float term) {
    vector f = factor - (vector){0}, t = term - (vector){0}, sum = {0};
#define START(i) vector a##i = t + (float)i;
#define ROUND(i) a##i = a##i * f + t;
#define SUM(i) sum += a##i;
    EACH(START)
    for (int r = 0; r < ROUNDS; r++) {
        EACH(ROUND)
        __asm__ volatile("" ::: "memory");
    }
    EACH(SUM)
    return sum[0];
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv) {
    volatile float factor = 0.5f, term = 1.0f, sink;
    double best = 0;
    if (argc != 3) return 1;
    if (atoi(argv[2]) >= 0) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET((size_t)atoi(argv[2]), &set);
        sched_setaffinity(0, sizeof set, &set);
    }
    for (int i = 0; i < TRIES; i++) {
        double start = now();
        sink = spin(factor, term);
        double rate = 2.0 * CHAINS * ROUNDS * (PEAK_BYTES / sizeof(float)) / (now() - start);
        if (rate > best) best = rate;
    }
    (void)sink;
    FILE *out = fopen(argv[1], "wb");
    if (!out || fwrite(&best, sizeof best, 1, out) != 1) return 1;
    return fclose(out) != 0;
}
