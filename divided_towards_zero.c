/* Made by cnnc 0.1.0 from divided_towards_zero.onnx.
 *
 * This file is the output of a compiler. It belongs to you, under any terms you like: cnnc's authors claim no rights
 * in it, the parts of cnnc's runtime that it contains included, and give no warranty. */

/* Products are rounded before they are added to something, or subtracted. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

#include "divided_towards_zero.h"

#if DIVIDED_TOWARDS_ZERO_HEADER_HASH != 0x2d26afb89a3f1eb5u
#error "divided_towards_zero.h is not the header that divided_towards_zero.c was made with: run cnnc again"
#endif

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__)
#define CNNC_INLINE static inline __attribute__((always_inline))
#else
#define CNNC_INLINE static inline
#endif

/* A place, and how many bytes from it on a kernel may read, or write: cnnc check holds kernels to that. */
CNNC_INLINE const void *reads(const void *place, size_t bytes) {
    (void)bytes;
    return place;
}
CNNC_INLINE void *writes(void *place, size_t bytes) {
    (void)bytes;
    return place;
}

/* ---- one kernel call, whole or split over threads ---- */

typedef void kernel(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end);

typedef struct parallel_for {
    void (*run)(void *pool, int threads, void (*body)(void *task, int thread), void *task);
    void *pool;
    int threads;
} parallel_for;

typedef struct step_task {
    kernel *call;
    const void *const *in;
    void *const *out;
    ptrdiff_t first, extent;
    int threads;
} step_task;

static void step_part(void *task, int thread) {
    const step_task *t = (const step_task *)task;
    const ptrdiff_t begin = t->extent * thread / t->threads, end = t->extent * (thread + 1) / t->threads;
    if (begin < end) t->call(t->in, t->out, t->first + begin, t->first + end);
}

/* Each of the phases has `extent` iterations, which may run in parallel when those of the phase before are done. */
static void step_run(const parallel_for *parallel, kernel *call, const void *const *in, void *const *out, ptrdiff_t extent, ptrdiff_t phases) {
    if (!parallel || extent == 1) {
        call(in, out, 0, phases * extent);
        return;
    }
    for (ptrdiff_t phase = 0; phase < phases; phase++) {
        step_task task = {call, in, out, phase * extent, extent, parallel->threads};
        parallel->run(parallel->pool, parallel->threads, step_part, &task);
    }
}

/* ---- generic ---- */

/* v16: 16 float lanes in plain C11. */
typedef struct v16 {
    float lane[16];
} v16;

CNNC_INLINE v16 v16_set(float x) {
    v16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = x;
    return r;
}
CNNC_INLINE v16 v16_zero(void) { return v16_set(0.0f); }
CNNC_INLINE v16 v16_load(const float *p) {
    v16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = p[i];
    return r;
}
CNNC_INLINE void v16_store(float *p, v16 a) {
    for (int i = 0; i < 16; i++) p[i] = a.lane[i];
}
/* The first n lanes; the others are zero, or stay unwritten. */
CNNC_INLINE v16 v16_load_n(const float *p, int n) {
    v16 r = v16_zero();
    for (int i = 0; i < n; i++) r.lane[i] = p[i];
    return r;
}
CNNC_INLINE void v16_store_n(float *p, v16 a, int n) {
    for (int i = 0; i < n; i++) p[i] = a.lane[i];
}

CNNC_INLINE v16 v16_add(v16 a, v16 b) {
    v16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = a.lane[i] + b.lane[i];
    return r;
}

/* Halves are added until one number is left; all machines do it in this order. */
CNNC_INLINE float v16_sum(v16 a) {
    for (int n = 8; n > 0; n /= 2)
        for (int i = 0; i < n; i++) a.lane[i] += a.lane[i + n];
    return a.lane[0];
}

/* e
 *  -> i64[1]
 * sizes of this run */
static void k0_sizes(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) {
    int64_t *restrict y0 = out[0];
    const ptrdiff_t *const sizes = in[0];
    const ptrdiff_t size0 = sizes[0];
    (void)begin;
    (void)end;
    y0[0] = size0;
}

/* c
 * i64[1] -> f32[(+ (+ (max (/ (+ H -10) 2) 0) (min (* -1 (/ (* -1 (+ H -10)) 2)) 0)) 6)] */
static void k1_range(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) {
    float *restrict y0 = out[0];
    const ptrdiff_t *const sizes = in[1];
    const ptrdiff_t y0_size0 = sizes[0];
    (void)begin;
    (void)end;
    for (ptrdiff_t i = 0; i < y0_size0; i++) y0[i] = 2.0f;
}

/* m
 * f32[N,H] -> f32[]
 * 1 of (x0_size0 * x0_size1) */
static void k2_reduce(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) {
    const float *restrict x0 = in[0];
    float *restrict y0 = out[0];
    const ptrdiff_t *const sizes = in[1];
    const ptrdiff_t x0_size0 = sizes[0];
    const ptrdiff_t x0_size1 = sizes[1];
    for (ptrdiff_t i = begin; i < end; i++) {
        const ptrdiff_t start = 0;
        v16 sums = v16_zero();
        for (ptrdiff_t j = 0; j < (((x0_size0 * x0_size1) / 16) * 16); j += 16) {
            const v16 r = sums, x = v16_load(x0 + start + j);
            sums = v16_add(r, x);
        }
        double r = (double)v16_sum(sums);
        for (ptrdiff_t element = (((x0_size0 * x0_size1) / 16) * 16); element < (x0_size0 * x0_size1); element++) {
            const float x = x0[start + element];
            r += (double)x;
        }
        const float result = (float)(r / (double)(x0_size0 * x0_size1));
        y0[0] = result;
    }
}

/* y
 * f32[(+ (+ (max (/ (+ H -10) 2) 0) (min (* -1 (/ (* -1 (+ H -10)) 2)) 0)) 6)], f32[] -> f32[(+ (+ (max (/ (+ H -10) 2) 0) (min (* -1 (/ (* -1 (+ H -10)) 2)) 0)) 6)]
 * vectors of 16 */
static void k3_elementwise(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) {
    const float *restrict x0 = in[0];
    const float *restrict x1 = in[1];
    float *restrict y0 = out[0];
    const ptrdiff_t *const sizes = in[2];
    const ptrdiff_t x0_size0 = sizes[0];
    for (ptrdiff_t part = begin; part < end; part++) {
        const ptrdiff_t from = part * 4096, to = from + 4096 < x0_size0 ? from + 4096 : x0_size0;
        ptrdiff_t j = from;
        for (; j + 16 <= to; j += 16) v16_store(y0 + j, v16_add(v16_load(x0 + j), v16_set(x1[0])));
        if (j < to) {
            const int n = (int)(to - j);
            v16_store_n(y0 + j, v16_add(v16_load_n(x0 + j, n), v16_set(x1[0])), n);
        }
    }
}

static int run(const void *const *inputs, void *const *outputs, char *arena, const char *weights, const parallel_for *parallel, int64_t N, int64_t H) {
    (void)inputs, (void)outputs, (void)arena, (void)weights, (void)parallel;
    (void)N;
    (void)H;
    const ptrdiff_t size1 = H - 10;
    const ptrdiff_t size2 = size1 / 2 - (size1 % 2 < 0);
    const ptrdiff_t size3 = -1 * size1;
    const ptrdiff_t size4 = -1 * (size3 / 2 - (size3 % 2 < 0));
    const ptrdiff_t size5 = ((size2 > 0 ? size2 : 0) + (size4 < 0 ? size4 : 0)) + 6;
    /* e */
    {
        const ptrdiff_t sizes[] = {size5};
        const void *const in[] = {sizes};
        void *const out[] = {writes(arena + 64, 8)};
        step_run(parallel, k0_sizes, in, out, 1, 1);
    }
    /* c */
    {
        const ptrdiff_t sizes[] = {size5};
        const void *const in[] = {reads(arena + 64, 8), sizes};
        void *const out[] = {writes(arena, 40)};
        step_run(parallel, k1_range, in, out, 1, 1);
    }
    /* m */
    {
        const ptrdiff_t sizes[] = {N, H};
        const void *const in[] = {reads(inputs[0], 380), sizes};
        void *const out[] = {writes(arena + 64, 4)};
        step_run(parallel, k2_reduce, in, out, 1, 1);
    }
    /* y */
    {
        const ptrdiff_t sizes[] = {size5};
        const ptrdiff_t x0_size0 = sizes[0];
        const void *const in[] = {reads(arena, 40), reads(arena + 64, 4), sizes};
        void *const out[] = {writes(outputs[0], 40)};
        step_run(parallel, k3_elementwise, in, out, ((x0_size0 + 4095) / 4096), 1);
    }
    return 0;
}

/* ---- the interface ---- */

const divided_towards_zero_tensor_info divided_towards_zero_input_info[] = {
    {"x", "f32", 2, {5, 19}, 380},
};

const divided_towards_zero_tensor_info divided_towards_zero_output_info[] = {
    {"y", "f32", 1, {10}, 40},
};

static int run_on_this_cpu(const parallel_for *parallel, const void *const *inputs, void *const *outputs, void *workspace, int64_t N, int64_t H) {
    if (N < DIVIDED_TOWARDS_ZERO_SIZE_N_MIN || N > DIVIDED_TOWARDS_ZERO_SIZE_N_MAX) return 6;
    if (H < DIVIDED_TOWARDS_ZERO_SIZE_H_MIN || H > DIVIDED_TOWARDS_ZERO_SIZE_H_MAX) return 6;
    if (!workspace || (uintptr_t)workspace % 64) return 1;
    for (int i = 0; i < DIVIDED_TOWARDS_ZERO_INPUT_COUNT; i++)
        if (!inputs[i]) return 2;
    for (int i = 0; i < DIVIDED_TOWARDS_ZERO_OUTPUT_COUNT; i++)
        if (!outputs[i]) return 2;
    return run(inputs, outputs, (char *)workspace, NULL, parallel, N, H);
}

size_t divided_towards_zero_workspace_size(void) { return DIVIDED_TOWARDS_ZERO_WORKSPACE_SIZE; }

int divided_towards_zero_run_with(const divided_towards_zero_parallel *how, const void *const *inputs, void *const *outputs, void *workspace, int64_t N, int64_t H) {
    const parallel_for parallel = {how->parallel_for, how->pool, how->threads};
    return run_on_this_cpu(&parallel, inputs, outputs, workspace, N, H);
}

int divided_towards_zero_run_pointers(const void *const *inputs, void *const *outputs, void *workspace, int64_t N, int64_t H) {
    return run_on_this_cpu(NULL, inputs, outputs, workspace, N, H);
}

int divided_towards_zero_run(const divided_towards_zero_inputs *in, const divided_towards_zero_outputs *out, void *workspace, int64_t N, int64_t H) {
    const void *const inputs[] = {in->x};
    void *const outputs[] = {out->y};
    return divided_towards_zero_run_pointers(inputs, outputs, workspace, N, H);
}

