/* Made by cnnc 0.1.0 from pool_batch.onnx.
 *
 * This file is the output of a compiler. It belongs to you, under any terms you like: cnnc's authors claim no rights
 * in it, the parts of cnnc's runtime that it contains included, and give no warranty. */

/* Products are rounded before they are added to something, or subtracted. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

#include "pool_batch.h"

#if POOL_BATCH_HEADER_HASH != 0xa8a9a28b08752cb2u
#error "pool_batch.h is not the header that pool_batch.c was made with: run cnnc again"
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

/* y
 * f32[N,1,H,W] -> f32[N,1,H,W]
 * row-major */
static void k0_pool_generic(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) {
    const float *restrict x0 = in[0];
    float *restrict y0 = out[0];
    const ptrdiff_t *const sizes = in[1];
    const ptrdiff_t x0_h = sizes[1];
    const ptrdiff_t x0_w = sizes[2];
    for (ptrdiff_t plane = begin; plane < end; plane++)
        for (ptrdiff_t z = 0; z < 1; z++)
            for (ptrdiff_t y = 0; y < x0_h; y++)
                for (ptrdiff_t x = 0; x < x0_w; x++) {
                    const ptrdiff_t o = ((plane + z) * x0_h + y) * x0_w + x;
                    const ptrdiff_t front = z, top = y - 1, left = x - 1;
                    ptrdiff_t best = -1;
                    float result = 0;
                    for (ptrdiff_t kz = 0; kz < 1; kz++) {
                        const ptrdiff_t in_z = front + kz;
                        if (in_z < 0 || in_z >= 1) continue;
                        for (ptrdiff_t ky = 0; ky < 3; ky++) {
                            const ptrdiff_t in_y = top + ky;
                            if (in_y < 0 || in_y >= x0_h) continue;
                            for (ptrdiff_t kx = 0; kx < 3; kx++) {
                                const ptrdiff_t in_x = left + kx;
                                if (in_x < 0 || in_x >= x0_w) continue;
                                const ptrdiff_t at = ((plane + in_z) * x0_h + in_y) * x0_w + in_x;
                                const float value = x0[at];
                                if (best >= 0 && !(value > result) && !isnan(value)) continue;
                                result = value;
                                best = at;
                            }
                        }
                    }
                    if (best < 0) result = -INFINITY;
                    y0[o] = result;
                }
}

/* m
 * f32[N,1,H,W], i64[1] -> f32[N,1,H,W]
 * (x0_size0 * (x0_h * x0_w)) of 1 */
static void k1_reduce(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) {
    const float *restrict x0 = in[0];
    float *restrict y0 = out[0];
    for (ptrdiff_t i = begin; i < end; i++) {
        const ptrdiff_t start = i;
        double r = 0.0;
        {
            const ptrdiff_t element = 0;
            const float x = x0[start + element];
            r += (double)x;
        }
        const float result = (float)(r / 1.0);
        y0[i] = result;
    }
}

/* z
 * f32[N,1,H,W], i64[1] -> f32[1,1,H,W]
 * (x0_h * x0_w) of x0_size0 */
static void k2_reduce(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) {
    const float *restrict x0 = in[0];
    float *restrict y0 = out[0];
    const ptrdiff_t *const sizes = in[1];
    const ptrdiff_t x0_size0 = sizes[0];
    const ptrdiff_t x0_h = sizes[1];
    const ptrdiff_t x0_w = sizes[2];
    for (ptrdiff_t i = begin; i < end; i++) {
        const ptrdiff_t start = i;
        double r = 0.0;
        for (ptrdiff_t r0 = 0; r0 < x0_size0; r0++) {
            const ptrdiff_t element = r0 * (x0_h * x0_w);
            const float x = x0[start + element];
            r += x;
        }
        const float result = (float)(r);
        y0[i] = result;
    }
}

static int run(const void *const *inputs, void *const *outputs, char *arena, const char *weights, const parallel_for *parallel, int64_t N, int64_t H, int64_t W) {
    (void)inputs, (void)outputs, (void)arena, (void)weights, (void)parallel;
    (void)N;
    (void)H;
    (void)W;
    /* y */
    {
        const ptrdiff_t sizes[] = {N, H, W};
        const ptrdiff_t x0_size0 = sizes[0];
        const void *const in[] = {reads(inputs[0], 4180), sizes};
        void *const out[] = {writes(outputs[0], 4180)};
        step_run(parallel, k0_pool_generic, in, out, x0_size0, 1);
    }
    /* m */
    {
        const ptrdiff_t sizes[] = {N, H, W};
        const ptrdiff_t x0_size0 = sizes[0];
        const ptrdiff_t x0_h = sizes[1];
        const ptrdiff_t x0_w = sizes[2];
        const void *const in[] = {reads(outputs[0], 4180), sizes};
        void *const out[] = {writes(arena, 4180)};
        step_run(parallel, k1_reduce, in, out, (x0_size0 * (x0_h * x0_w)), 1);
    }
    /* z */
    {
        const ptrdiff_t sizes[] = {N, H, W};
        const ptrdiff_t x0_h = sizes[1];
        const ptrdiff_t x0_w = sizes[2];
        const void *const in[] = {reads(arena, 4180), sizes};
        void *const out[] = {writes(outputs[1], 836)};
        step_run(parallel, k2_reduce, in, out, (x0_h * x0_w), 1);
    }
    return 0;
}

/* ---- the interface ---- */

const pool_batch_tensor_info pool_batch_input_info[] = {
    {"x", "f32", 3, {5, 19, 11}, 4180},
};

const pool_batch_tensor_info pool_batch_output_info[] = {
    {"y", "f32", 4, {5, 1, 19, 11}, 4180},
    {"z", "f32", 4, {1, 1, 19, 11}, 836},
};

static int run_on_this_cpu(const parallel_for *parallel, const void *const *inputs, void *const *outputs, void *workspace, int64_t N, int64_t H, int64_t W) {
    if (N < POOL_BATCH_SIZE_N_MIN || N > POOL_BATCH_SIZE_N_MAX) return 6;
    if (H < POOL_BATCH_SIZE_H_MIN || H > POOL_BATCH_SIZE_H_MAX) return 6;
    if (W < POOL_BATCH_SIZE_W_MIN || W > POOL_BATCH_SIZE_W_MAX) return 6;
    if (!workspace || (uintptr_t)workspace % 64) return 1;
    for (int i = 0; i < POOL_BATCH_INPUT_COUNT; i++)
        if (!inputs[i]) return 2;
    for (int i = 0; i < POOL_BATCH_OUTPUT_COUNT; i++)
        if (!outputs[i]) return 2;
    return run(inputs, outputs, (char *)workspace, NULL, parallel, N, H, W);
}

size_t pool_batch_workspace_size(void) { return POOL_BATCH_WORKSPACE_SIZE; }

int pool_batch_run_with(const pool_batch_parallel *how, const void *const *inputs, void *const *outputs, void *workspace, int64_t N, int64_t H, int64_t W) {
    const parallel_for parallel = {how->parallel_for, how->pool, how->threads};
    return run_on_this_cpu(&parallel, inputs, outputs, workspace, N, H, W);
}

int pool_batch_run_pointers(const void *const *inputs, void *const *outputs, void *workspace, int64_t N, int64_t H, int64_t W) {
    return run_on_this_cpu(NULL, inputs, outputs, workspace, N, H, W);
}

int pool_batch_run(const pool_batch_inputs *in, const pool_batch_outputs *out, void *workspace, int64_t N, int64_t H, int64_t W) {
    const void *const inputs[] = {in->x};
    void *const outputs[] = {out->y, out->z};
    return pool_batch_run_pointers(inputs, outputs, workspace, N, H, W);
}

