/* Made by cnnc 0.1.0 from non_zero.onnx.
 *
 * This file is the output of a compiler. It belongs to you, under any terms you like: cnnc's authors claim no rights
 * in it, the parts of cnnc's runtime that it contains included, and give no warranty. */

/* Products are rounded before they are added to something, or subtracted. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

#include "non_zero.h"

#if NON_ZERO_HEADER_HASH != 0xea7f088033578428u
#error "non_zero.h is not the header that non_zero.c was made with: run cnnc again"
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

#define CNNC_ALIGNED _Alignas(64)

#if defined(__GNUC__) && defined(__ELF__)
#define CNNC_WEIGHTS __attribute__((section(".rodata.non_zero_weights"), used))
#else
#define CNNC_WEIGHTS
#endif
/* non_zero.onnx:s, row-major */
static const CNNC_WEIGHTS CNNC_ALIGNED int64_t constant0[8] = {
    1,
};
/* y_dims, row-major */
static const CNNC_WEIGHTS CNNC_ALIGNED int64_t constant1[8] = {
    2,
};
/* z_dims, row-major */
static const CNNC_WEIGHTS CNNC_ALIGNED int64_t constant2[8] = {
    2,
};
_Static_assert(sizeof constant0 + sizeof constant1 + sizeof constant2 == NON_ZERO_WEIGHTS_SIZE, "the weights have the size that the header states");

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

/* y.NonZero0
 * i64[N,H] -> i64[2,(* N H)] */
static void k0_range(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) {
    const int64_t *restrict x0 = in[0];
    int64_t *restrict y0 = out[0];
    int64_t *restrict y1 = out[1];
    int32_t *restrict y2 = out[2];
    const ptrdiff_t *const sizes = in[1];
    const ptrdiff_t x0_size0 = sizes[0];
    const ptrdiff_t x0_size1 = sizes[1];
    const ptrdiff_t y0_size1 = sizes[2];
    (void)begin;
    (void)end;
    ptrdiff_t found = 0;
    memset(y0, 0, (size_t)((y0_size1 * 2) * 8));
    for (ptrdiff_t i = 0; i < (x0_size0 * x0_size1); i++) {
        if (x0[i] == 0) continue;
        if (found++ >= y0_size1) continue;
        y0[(y0_size1 - 1) + found] = i % x0_size1;
        y0[-1 + found] = i / x0_size1 % x0_size0;
    }
    if (found > y0_size1) *y2 = 5;
    *y1 = found < y0_size1 ? found : y0_size1;
}

/* f
 * i64[N,H], i64[1] -> bool[N,H]
 * one element at a time */
static void k1_elementwise(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) {
    const int64_t *restrict x0 = in[0];
    const int64_t *restrict x1 = in[1];
    uint8_t *restrict y0 = out[0];
    const ptrdiff_t *const sizes = in[2];
    const ptrdiff_t x0_size0 = sizes[0];
    const ptrdiff_t x0_size1 = sizes[1];
    for (ptrdiff_t part = begin; part < end; part++) {
        const ptrdiff_t from = part * 4096, to = from + 4096 < (x0_size0 * x0_size1) ? from + 4096 : (x0_size0 * x0_size1);
        for (ptrdiff_t j = from; j < to; j++) y0[j] = ((uint8_t)((x0[j] > x1[0])));
    }
}

/* c.NonZero0
 * bool[N,H] -> i64[2,(* N H)] */
static void k2_range(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) {
    const uint8_t *restrict x0 = in[0];
    int64_t *restrict y0 = out[0];
    int64_t *restrict y1 = out[1];
    int32_t *restrict y2 = out[2];
    const ptrdiff_t *const sizes = in[1];
    const ptrdiff_t x0_size0 = sizes[0];
    const ptrdiff_t x0_size1 = sizes[1];
    const ptrdiff_t y0_size1 = sizes[2];
    (void)begin;
    (void)end;
    ptrdiff_t found = 0;
    memset(y0, 0, (size_t)((y0_size1 * 2) * 8));
    for (ptrdiff_t i = 0; i < (x0_size0 * x0_size1); i++) {
        if (x0[i] == 0) continue;
        if (found++ >= y0_size1) continue;
        y0[(y0_size1 - 1) + found] = i % x0_size1;
        y0[-1 + found] = i / x0_size1 % x0_size0;
    }
    if (found > y0_size1) *y2 = 5;
    *y1 = found < y0_size1 ? found : y0_size1;
}

/* z
 * i64[2,(* N H)] -> i64[(* N H),2] */
static void k3_strided_copy(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) {
    const int64_t *restrict x0 = in[0];
    int64_t *restrict y0 = out[0];
    const ptrdiff_t *const sizes = in[1];
    const ptrdiff_t x0_size1 = sizes[0];
    (void)begin;
    (void)end;
    for (ptrdiff_t i0 = 0; i0 < x0_size1; i0++)
        for (ptrdiff_t i1 = 0; i1 < 2; i1++)
            y0[0 + i0 * 2 + i1] = x0[0 + i0 + i1 * x0_size1];
}

/* y_dims
 * z_dims
 * i64[1], i64[1] -> i64[2] */
static void k4_strided_copy(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) {
    const int64_t *restrict x0 = in[0];
    const int64_t *restrict x1 = in[1];
    int64_t *restrict y0 = out[0];
    (void)begin;
    (void)end;
    y0[0] = x0[0];
    y0[1] = x1[0];
}

static int run(const void *const *inputs, void *const *outputs, char *arena, const char *weights, const parallel_for *parallel, int64_t N, int64_t H) {
    (void)inputs, (void)outputs, (void)arena, (void)weights, (void)parallel;
    (void)N;
    (void)H;
    const ptrdiff_t size1 = N * H;
    int32_t *const status = (int32_t *)(void *)(arena + 1664);
    *status = 0;
    /* y.NonZero0 */
    {
        const ptrdiff_t sizes[] = {N, H, size1};
        const void *const in[] = {reads(inputs[0], 760), sizes};
        void *const out[] = {writes(outputs[0], 1520), writes(arena + 1728, 8), writes(arena + 1664, 64)};
        step_run(parallel, k0_range, in, out, 1, 1);
    }
    /* f */
    {
        const ptrdiff_t sizes[] = {N, H};
        const ptrdiff_t x0_size0 = sizes[0];
        const ptrdiff_t x0_size1 = sizes[1];
        const void *const in[] = {reads(inputs[0], 760), reads(constant0, 8), sizes};
        void *const out[] = {writes(arena + 1536, 95)};
        step_run(parallel, k1_elementwise, in, out, (((x0_size0 * x0_size1) + 4095) / 4096), 1);
    }
    /* c.NonZero0 */
    {
        const ptrdiff_t sizes[] = {N, H, size1};
        const void *const in[] = {reads(arena + 1536, 95), sizes};
        void *const out[] = {writes(arena, 1520), writes(arena + 1792, 8), writes(arena + 1664, 64)};
        step_run(parallel, k2_range, in, out, 1, 1);
    }
    /* z */
    {
        const ptrdiff_t sizes[] = {size1};
        const void *const in[] = {reads(arena, 1520), sizes};
        void *const out[] = {writes(outputs[2], 1520)};
        step_run(parallel, k3_strided_copy, in, out, 1, 1);
    }
    /* y_dims */
    {
        const void *const in[] = {reads(constant1, 8), reads(arena + 1728, 8)};
        void *const out[] = {writes(outputs[1], 16)};
        step_run(parallel, k4_strided_copy, in, out, 1, 1);
    }
    /* z_dims */
    {
        const void *const in[] = {reads(arena + 1792, 8), reads(constant2, 8)};
        void *const out[] = {writes(outputs[3], 16)};
        step_run(parallel, k4_strided_copy, in, out, 1, 1);
    }
    return *status;
}

/* ---- the interface ---- */

const non_zero_tensor_info non_zero_input_info[] = {
    {"x", "i64", 2, {5, 19}, 760},
};

const non_zero_tensor_info non_zero_output_info[] = {
    {"y", "i64", 2, {2, 95}, 1520},
    {"y_dims", "i64", 1, {2}, 16},
    {"z", "i64", 2, {95, 2}, 1520},
    {"z_dims", "i64", 1, {2}, 16},
};

static int run_on_this_cpu(const parallel_for *parallel, const void *const *inputs, void *const *outputs, void *workspace, int64_t N, int64_t H) {
    if (N < NON_ZERO_SIZE_N_MIN || N > NON_ZERO_SIZE_N_MAX) return 6;
    if (H < NON_ZERO_SIZE_H_MIN || H > NON_ZERO_SIZE_H_MAX) return 6;
    if (!workspace || (uintptr_t)workspace % 64) return 1;
    for (int i = 0; i < NON_ZERO_INPUT_COUNT; i++)
        if (!inputs[i]) return 2;
    for (int i = 0; i < NON_ZERO_OUTPUT_COUNT; i++)
        if (!outputs[i]) return 2;
    return run(inputs, outputs, (char *)workspace, NULL, parallel, N, H);
}

size_t non_zero_workspace_size(void) { return NON_ZERO_WORKSPACE_SIZE; }

int non_zero_run_with(const non_zero_parallel *how, const void *const *inputs, void *const *outputs, void *workspace, int64_t N, int64_t H) {
    const parallel_for parallel = {how->parallel_for, how->pool, how->threads};
    return run_on_this_cpu(&parallel, inputs, outputs, workspace, N, H);
}

int non_zero_run_pointers(const void *const *inputs, void *const *outputs, void *workspace, int64_t N, int64_t H) {
    return run_on_this_cpu(NULL, inputs, outputs, workspace, N, H);
}

int non_zero_run(const non_zero_inputs *in, const non_zero_outputs *out, void *workspace, int64_t N, int64_t H) {
    const void *const inputs[] = {in->x};
    void *const outputs[] = {out->y, out->y_dims, out->z, out->z_dims};
    return non_zero_run_pointers(inputs, outputs, workspace, N, H);
}

