/* Made by cnnc 0.1.0 from constant_of_shape.onnx.
 *
 * This file is the output of a compiler. It belongs to you, under any terms you like: cnnc's authors claim no rights
 * in it, the parts of cnnc's runtime that it contains included, and give no warranty. */

/* Products are rounded before they are added to something, or subtracted. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

#include "constant_of_shape.h"

#if CONSTANT_OF_SHAPE_HEADER_HASH != 0x3e24c3df969436f0u
#error "constant_of_shape.h is not the header that constant_of_shape.c was made with: run cnnc again"
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

/* q
 *  -> i64[2]
 * sizes of this run */
static void k0_sizes(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) {
    int64_t *restrict y0 = out[0];
    const ptrdiff_t *const sizes = in[0];
    const ptrdiff_t size0 = sizes[0];
    const ptrdiff_t size1 = sizes[1];
    (void)begin;
    (void)end;
    y0[0] = size0;
    y0[1] = size1;
}

/* c
 * i64[2] -> f32[N,H] */
static void k1_range(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) {
    float *restrict y0 = out[0];
    const ptrdiff_t *const sizes = in[1];
    const ptrdiff_t y0_size0 = sizes[0];
    const ptrdiff_t y0_size1 = sizes[1];
    (void)begin;
    (void)end;
    for (ptrdiff_t i = 0; i < (y0_size0 * y0_size1); i++) y0[i] = 2.0f;
}

/* y
 * f32[N,H], f32[N,H] -> f32[N,H]
 * vectors of 16 */
static void k2_elementwise(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) {
    const float *restrict x0 = in[0];
    const float *restrict x1 = in[1];
    float *restrict y0 = out[0];
    const ptrdiff_t *const sizes = in[2];
    const ptrdiff_t x0_size0 = sizes[0];
    const ptrdiff_t x0_size1 = sizes[1];
    for (ptrdiff_t part = begin; part < end; part++) {
        const ptrdiff_t from = part * 4096, to = from + 4096 < (x0_size0 * x0_size1) ? from + 4096 : (x0_size0 * x0_size1);
        ptrdiff_t j = from;
        for (; j + 16 <= to; j += 16) v16_store(y0 + j, v16_add(v16_load(x0 + j), v16_load(x1 + j)));
        if (j < to) {
            const int n = (int)(to - j);
            v16_store_n(y0 + j, v16_add(v16_load_n(x0 + j, n), v16_load_n(x1 + j, n)), n);
        }
    }
}

static int run(const void *const *inputs, void *const *outputs, char *arena, const char *weights, const parallel_for *parallel, int64_t N, int64_t H) {
    (void)inputs, (void)outputs, (void)arena, (void)weights, (void)parallel;
    (void)N;
    (void)H;
    /* q */
    {
        const ptrdiff_t sizes[] = {N, H};
        const void *const in[] = {sizes};
        void *const out[] = {writes(arena + 384, 16)};
        step_run(parallel, k0_sizes, in, out, 1, 1);
    }
    /* c */
    {
        const ptrdiff_t sizes[] = {N, H};
        const void *const in[] = {reads(arena + 384, 16), sizes};
        void *const out[] = {writes(arena, 380)};
        step_run(parallel, k1_range, in, out, 1, 1);
    }
    /* y */
    {
        const ptrdiff_t sizes[] = {N, H};
        const ptrdiff_t x0_size0 = sizes[0];
        const ptrdiff_t x0_size1 = sizes[1];
        const void *const in[] = {reads(inputs[0], 380), reads(arena, 380), sizes};
        void *const out[] = {writes(outputs[0], 380)};
        step_run(parallel, k2_elementwise, in, out, (((x0_size0 * x0_size1) + 4095) / 4096), 1);
    }
    return 0;
}

/* ---- the interface ---- */

const constant_of_shape_tensor_info constant_of_shape_input_info[] = {
    {"x", "f32", 2, {5, 19}, 380},
};

const constant_of_shape_tensor_info constant_of_shape_output_info[] = {
    {"y", "f32", 2, {5, 19}, 380},
};

static int run_on_this_cpu(const parallel_for *parallel, const void *const *inputs, void *const *outputs, void *workspace, int64_t N, int64_t H) {
    if (N < CONSTANT_OF_SHAPE_SIZE_N_MIN || N > CONSTANT_OF_SHAPE_SIZE_N_MAX) return 6;
    if (H < CONSTANT_OF_SHAPE_SIZE_H_MIN || H > CONSTANT_OF_SHAPE_SIZE_H_MAX) return 6;
    if (!workspace || (uintptr_t)workspace % 64) return 1;
    for (int i = 0; i < CONSTANT_OF_SHAPE_INPUT_COUNT; i++)
        if (!inputs[i]) return 2;
    for (int i = 0; i < CONSTANT_OF_SHAPE_OUTPUT_COUNT; i++)
        if (!outputs[i]) return 2;
    return run(inputs, outputs, (char *)workspace, NULL, parallel, N, H);
}

size_t constant_of_shape_workspace_size(void) { return CONSTANT_OF_SHAPE_WORKSPACE_SIZE; }

int constant_of_shape_run_with(const constant_of_shape_parallel *how, const void *const *inputs, void *const *outputs, void *workspace, int64_t N, int64_t H) {
    const parallel_for parallel = {how->parallel_for, how->pool, how->threads};
    return run_on_this_cpu(&parallel, inputs, outputs, workspace, N, H);
}

int constant_of_shape_run_pointers(const void *const *inputs, void *const *outputs, void *workspace, int64_t N, int64_t H) {
    return run_on_this_cpu(NULL, inputs, outputs, workspace, N, H);
}

int constant_of_shape_run(const constant_of_shape_inputs *in, const constant_of_shape_outputs *out, void *workspace, int64_t N, int64_t H) {
    const void *const inputs[] = {in->x};
    void *const outputs[] = {out->y};
    return constant_of_shape_run_pointers(inputs, outputs, workspace, N, H);
}

