/* How fast a core can multiply and add, and read memory: what `cnnc bench` measures layers against. It is no part of any
 * model.
 *
 *   peak OUT CORE      writes four doubles: floating-point operations a second, bytes a second, and operations of products of bf16
 *                      and of bytes
 *
 * Compiled with -DPEAK_BYTES=width of a vector register and -DPEAK_SATURATES=1 where v16i_dot_short is its fastest
 * product of bytes; peak.h is the target's vocabulary. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "peak.h"

typedef float vector __attribute__((vector_size(PEAK_BYTES)));

/* What is timed takes less than a millisecond: other programs get no turn in between, and the best of many counts. */
enum { CHAINS = 12, ROUNDS = 200000, SPINS = 120, READS = 4 };
#define EACH(f) f(0) f(1) f(2) f(3) f(4) f(5) f(6) f(7) f(8) f(9) f(10) f(11)

/* Chains enough to hide the latency of a multiply-add, few enough for registers. */
CNNC_TARGET static float spin(float factor, float term) {
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

/* More than caches hold, in pieces. */
enum { READ_BYTES = 256 << 20, PIECE_BYTES = 4 << 20, STREAM = PIECE_BYTES / PEAK_BYTES / 4 };

/* Four streams at once, as kernels read weights. */
CNNC_TARGET static float read_piece(const vector *from) {
    vector a = {0}, b = {0}, c = {0}, d = {0};
    for (size_t i = 0; i < STREAM; i++) a += from[i], b += from[i + STREAM], c += from[i + 2 * STREAM], d += from[i + 3 * STREAM];
    a += b + c + d;
    float sum = 0;
    for (size_t i = 0; i < PEAK_BYTES / sizeof(float); i++) sum += a[i];
    return sum;
}

/* Vectors of 16 sums that fit in registers. */
#if PEAK_BYTES == 64
#define EACH_SUM EACH
#else
#define EACH_SUM(f) f(0) f(1) f(2) f(3) f(4) f(5)
#endif
enum { SUMS = PEAK_BYTES == 64 ? 12 : 6, SHORT_ROUNDS = ROUNDS / 16 };

/* NAME(numbers, sums): adds products of what `load` makes of numbers, each time anew, to all sums. */
#define PRODUCT_LOOP(name, lanes, load_sum, store_sum) \
    CNNC_TARGET static void name(const void *numbers, void *sums) { \
        lanes *to = sums; \
        EACH_SUM(load_sum) \
        for (int r = 0; r < SHORT_ROUNDS; r++) { \
            EACH_SUM(name##_add) \
        } \
        EACH_SUM(store_sum) \
    }
#define LOAD_FLOATS(i) v16 a##i = v16_load(to + 16 * i);
#define STORE_FLOATS(i) v16_store(to + 16 * i, a##i);
#define LOAD_WHOLES(i) v16i a##i = v16i_load(to + 16 * i);
#define STORE_WHOLES(i) v16i_store(to + 16 * i, a##i);
#define PRODUCT(i, numbers_type, load, add) \
    { \
        const numbers_type x = load(numbers); \
        a##i = add; \
        __asm__ volatile("" ::: "memory"); \
    }
#define spin_bf16_add(i) PRODUCT(i, h32, h32_load, v16_dot(x, x, a##i))
#if PEAK_SATURATES
#define spin_bytes_add(i) PRODUCT(i, b64, b64_load, v16i_dot_short(a##i, x, x))
#else
#define spin_bytes_add(i) PRODUCT(i, b64, b64_load, v16i_dot(a##i, x, x))
#endif
PRODUCT_LOOP(spin_bf16, float, LOAD_FLOATS, STORE_FLOATS)
PRODUCT_LOOP(spin_bytes, int32_t, LOAD_WHOLES, STORE_WHOLES)

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double larger(double x, double y) { return x > y ? x : y; }

static volatile float sink;

static double operations_per_second(void) {
    volatile float factor = 0.5f, term = 1.0f;
    double best = 0;
    for (int i = 0; i < SPINS; i++) {
        double start = now();
        sink = spin(factor, term);
        best = larger(best, 2.0 * CHAINS * ROUNDS * (PEAK_BYTES / sizeof(float)) / (now() - start));
    }
    return best;
}

/* Of products of `terms` numbers in each lane. */
static double products_per_second(void (*spin_products)(const void *numbers, void *sums), int terms) {
    static _Alignas(64) unsigned char numbers[64], sums[SUMS * 64];
    double best = 0;
    for (int i = 0; i < SPINS; i++) {
        double start = now();
        spin_products(numbers, sums);
        best = larger(best, 2.0 * terms * 16 * SUMS * SHORT_ROUNDS / (now() - start));
    }
    return best;
}

/* 0 without the memory. */
static double bytes_per_second(void) {
    vector *from = aligned_alloc(64, READ_BYTES);
    double best = 0;
    if (!from) return 0;
    memset(from, 0, READ_BYTES);
    for (int i = 0; i < READS; i++) {
        for (size_t at = 0; at < READ_BYTES / sizeof(vector); at += PIECE_BYTES / sizeof(vector)) {
            double start = now();
            sink = read_piece(from + at);
            best = larger(best, PIECE_BYTES / (now() - start));
        }
    }
    free(from);
    return best;
}

int main(int argc, char **argv) {
    if (argc != 3) return 1;
    if (atoi(argv[2]) >= 0) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET((size_t)atoi(argv[2]), &set);
        sched_setaffinity(0, sizeof set, &set);
    }
    const double measured[4] = {operations_per_second(), bytes_per_second(), products_per_second(spin_bf16, 2), products_per_second(spin_bytes, 4)};
    FILE *out = fopen(argv[1], "wb");
    if (!out || fwrite(measured, sizeof *measured, 4, out) != 4) return 1;
    return fclose(out) != 0;
}
