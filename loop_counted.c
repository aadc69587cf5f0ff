/* Made by cnnc 0.1.0 from loop_counted.onnx.
 *
 * This file is the output of a compiler. It belongs to you, under any terms you like: cnnc's authors claim no rights
 * in it, the parts of cnnc's runtime that it contains included, and give no warranty. */

/* Products are rounded before they are added to something, or subtracted. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

#include "loop_counted.h"

#if LOOP_COUNTED_HEADER_HASH != 0xa2b7570c14e74187u
#error "loop_counted.h is not the header that loop_counted.c was made with: run cnnc again"
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
#define CNNC_WEIGHTS __attribute__((section(".rodata.loop_counted_weights"), used))
#else
#define CNNC_WEIGHTS
#endif
/* cnnc: true, row-major */
static const CNNC_WEIGHTS CNNC_ALIGNED uint8_t constant0[64] = {
    1,
};
/* loop_counted.onnx:t, row-major */
static const CNNC_WEIGHTS CNNC_ALIGNED int64_t constant1[8] = {
    0,
};
/* loop_counted.onnx:one, row-major */
static const CNNC_WEIGHTS CNNC_ALIGNED int64_t constant2[8] = {
    1,
};
_Static_assert(sizeof constant0 + sizeof constant1 + sizeof constant2 == LOOP_COUNTED_WEIGHTS_SIZE, "the weights have the size that the header states");

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

/* An index of an axis of size n, negative ones from its end; what is outside is taken to the border. */
CNNC_INLINE ptrdiff_t wrap_index(int64_t i, ptrdiff_t n) {
    if (i < 0) i += n;
    return i < 0 ? 0 : i >= n ? n - 1 : (ptrdiff_t)i;
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
CNNC_INLINE v16 v16_sub(v16 a, v16 b) {
    v16 r;
    for (int i = 0; i < 16; i++) r.lane[i] = a.lane[i] - b.lane[i];
    return r;
}

/* f
 * f32[T,H], i64[1] -> f32[H]
 * x0_size1 of x0_size0 */
static void k0_reduce(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) {
    const float *restrict x0 = in[0];
    float *restrict y0 = out[0];
    const ptrdiff_t *const sizes = in[1];
    const ptrdiff_t x0_size0 = sizes[0];
    const ptrdiff_t x0_size1 = sizes[1];
    for (ptrdiff_t i = begin; i < end; i++) {
        const ptrdiff_t start = i;
        double r = 0.0;
        for (ptrdiff_t r0 = 0; r0 < x0_size0; r0++) {
            const ptrdiff_t element = r0 * x0_size1;
            const float x = x0[start + element];
            r += x;
        }
        const float result = (float)(r);
        y0[i] = result;
    }
}

/* iterations
 *  -> i64[]
 * sizes of this run */
static void k1_sizes(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) {
    int64_t *restrict y0 = out[0];
    const ptrdiff_t *const sizes = in[0];
    const ptrdiff_t size0 = sizes[0];
    (void)begin;
    (void)end;
    y0[0] = size0;
}

/* u
 * i64[], i64[] -> i64[] */
static void k2_copy(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) {
    const uint8_t *restrict x0 = in[0];
    uint8_t *restrict y0 = out[0];
    (void)begin;
    (void)end;
    memcpy(y0, x0, 1);
}

/* u
 * u
 * u
 * i64[], i64[] -> i64[] */
static void k3_copy(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) {
    const int64_t *restrict x0 = in[0];
    int64_t *restrict y0 = out[0];
    (void)begin;
    (void)end;
    memcpy(y0, x0, 8);
}

/* u
 * u
 * u
 * u
 * i64[], i64[] -> i64[] */
static void k4_copy(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) {
    const float *restrict x0 = in[0];
    float *restrict y0 = out[0];
    const ptrdiff_t *const sizes = in[1];
    const ptrdiff_t x0_size0 = sizes[0];
    (void)begin;
    (void)end;
    memcpy(y0, x0, (size_t)(x0_size0 * 4));
}

/* e
 * f32[T,H], i64[] -> f32[H]
 * 1 runs of x0_size1 */
static void k5_gather(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) {
    const float *restrict x0 = in[0];
    const int64_t *restrict x1 = in[1];
    float *restrict y0 = out[0];
    const ptrdiff_t *const sizes = in[2];
    const ptrdiff_t x0_size0 = sizes[0];
    const ptrdiff_t x0_size1 = sizes[1];
    for (ptrdiff_t i = begin; i < end; i++) {
        const ptrdiff_t from = (i * x0_size0 + wrap_index((int64_t)x1[i % 1], x0_size0)) * x0_size1;
        memcpy(y0 + i * x0_size1, x0 + from, (size_t)(x0_size1 * 4));
    }
}

/* w
 * f32[H], f32[H] -> f32[H]
 * vectors of 16 */
static void k6_elementwise(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) {
    const float *restrict x0 = in[0];
    const float *restrict x1 = in[1];
    float *restrict y0 = out[0];
    const ptrdiff_t *const sizes = in[2];
    const ptrdiff_t x0_size0 = sizes[0];
    for (ptrdiff_t part = begin; part < end; part++) {
        const ptrdiff_t from = part * 4096, to = from + 4096 < x0_size0 ? from + 4096 : x0_size0;
        ptrdiff_t j = from;
        for (; j + 16 <= to; j += 16) v16_store(y0 + j, v16_add(v16_load(x0 + j), v16_load(x1 + j)));
        if (j < to) {
            const int n = (int)(to - j);
            v16_store_n(y0 + j, v16_add(v16_load_n(x0 + j, n), v16_load_n(x1 + j, n)), n);
        }
    }
}

/* k
 * f32[H] -> f32[H]
 * vectors of 16 */
static void k7_elementwise(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) {
    const float *restrict x0 = in[0];
    float *restrict y0 = out[0];
    const ptrdiff_t *const sizes = in[1];
    const ptrdiff_t x0_size0 = sizes[0];
    for (ptrdiff_t part = begin; part < end; part++) {
        const ptrdiff_t from = part * 4096, to = from + 4096 < x0_size0 ? from + 4096 : x0_size0;
        ptrdiff_t j = from;
        for (; j + 16 <= to; j += 16) v16_store(y0 + j, v16_sub(v16_zero(), v16_load(x0 + j)));
        if (j < to) {
            const int n = (int)(to - j);
            v16_store_n(y0 + j, v16_sub(v16_zero(), v16_load_n(x0 + j, n)), n);
        }
    }
}

/* t2
 * i64[], i64[] -> i64[]
 * one element at a time */
static void k8_elementwise(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) {
    const int64_t *restrict x0 = in[0];
    const int64_t *restrict x1 = in[1];
    int64_t *restrict y0 = out[0];
    for (ptrdiff_t part = begin; part < end; part++) {
        const ptrdiff_t from = part, to = from + 1 < 1 ? from + 1 : 1;
        for (ptrdiff_t j = from; j < to; j++) y0[0] = ((int64_t)((uint64_t)x0[0] + (uint64_t)x1[0]));
    }
}

static int run(const void *const *inputs, void *const *outputs, char *arena, const char *weights, const parallel_for *parallel, int64_t T, int64_t H) {
    (void)inputs, (void)outputs, (void)arena, (void)weights, (void)parallel;
    (void)T;
    (void)H;
    /* f */
    {
        const ptrdiff_t sizes[] = {T, H};
        const ptrdiff_t x0_size1 = sizes[1];
        const void *const in[] = {reads(inputs[0], 988), sizes};
        void *const out[] = {writes(arena, 76)};
        step_run(parallel, k0_reduce, in, out, x0_size1, 1);
    }
    /* iterations */
    {
        const ptrdiff_t sizes[] = {T};
        const void *const in[] = {sizes};
        void *const out[] = {writes(arena + 384, 8)};
        step_run(parallel, k1_sizes, in, out, 1, 1);
    }
    /* u */
    {
        const void *const in[] = {reads(constant0, 1)};
        void *const out[] = {writes(arena + 640, 1)};
        step_run(parallel, k2_copy, in, out, 1, 1);
    }
    /* u */
    {
        const void *const in[] = {reads(constant1, 8)};
        void *const out[] = {writes(arena + 448, 8)};
        step_run(parallel, k3_copy, in, out, 1, 1);
    }
    /* u */
    {
        const ptrdiff_t sizes[] = {H};
        const void *const in[] = {reads(arena, 76), sizes};
        void *const out[] = {writes(arena + 128, 76)};
        step_run(parallel, k4_copy, in, out, 1, 1);
    }
    /* u */
    for (ptrdiff_t iteration1 = 0; iteration1 < 13 && iteration1 < *(const int64_t *)(const void *)(arena + 384) && *(const unsigned char *)(const void *)(arena + 640); iteration1++) {
        *(int64_t *)(void *)(arena + 512) = iteration1;
        /* e */
        {
            const ptrdiff_t sizes[] = {T, H};
            const void *const in[] = {reads(inputs[0], 988), reads(arena + 448, 8), sizes};
            void *const out[] = {writes(arena, 76)};
            step_run(parallel, k5_gather, in, out, 1, 1);
        }
        /* w */
        {
            const ptrdiff_t sizes[] = {H};
            const ptrdiff_t x0_size0 = sizes[0];
            const void *const in[] = {reads(arena + 128, 76), reads(arena, 76), sizes};
            void *const out[] = {writes(arena + 256, 76)};
            step_run(parallel, k6_elementwise, in, out, ((x0_size0 + 4095) / 4096), 1);
        }
        /* k */
        {
            const ptrdiff_t sizes[] = {H};
            const ptrdiff_t x0_size0 = sizes[0];
            const void *const in[] = {reads(arena + 256, 76), sizes};
            void *const out[] = {writes(arena, 76)};
            step_run(parallel, k7_elementwise, in, out, ((x0_size0 + 4095) / 4096), 1);
        }
        /* t2 */
        {
            const void *const in[] = {reads(arena + 448, 8), reads(constant2, 8)};
            void *const out[] = {writes(arena + 576, 8)};
            step_run(parallel, k8_elementwise, in, out, 1, 1);
        }
        /* u */
        {
            const ptrdiff_t sizes[] = {H, T};
            const void *const in[] = {reads(arena, 76), sizes};
            void *const out[] = {writes((char *)outputs[1] + iteration1 * (H * 4), 76)};
            step_run(parallel, k4_copy, in, out, 1, 1);
        }
        /* u */
        {
            const void *const in[] = {reads(arena + 576, 8)};
            void *const out[] = {writes(arena + 448, 8)};
            step_run(parallel, k3_copy, in, out, 1, 1);
        }
        /* u */
        {
            const ptrdiff_t sizes[] = {H};
            const void *const in[] = {reads(arena + 256, 76), sizes};
            void *const out[] = {writes(arena + 128, 76)};
            step_run(parallel, k4_copy, in, out, 1, 1);
        }
    }
    /* u */
    {
        const void *const in[] = {reads(arena + 448, 8)};
        void *const out[] = {writes(arena, 8)};
        step_run(parallel, k3_copy, in, out, 1, 1);
    }
    /* u */
    {
        const ptrdiff_t sizes[] = {H};
        const void *const in[] = {reads(arena + 128, 76), sizes};
        void *const out[] = {writes(outputs[0], 76)};
        step_run(parallel, k4_copy, in, out, 1, 1);
    }
    return 0;
}

/* ---- the interface ---- */

const loop_counted_tensor_info loop_counted_input_info[] = {
    {"x", "f32", 2, {13, 19}, 988},
};

const loop_counted_tensor_info loop_counted_output_info[] = {
    {"y", "f32", 1, {19}, 76},
    {"z", "f32", 2, {13, 19}, 988},
};

static int run_on_this_cpu(const parallel_for *parallel, const void *const *inputs, void *const *outputs, void *workspace, int64_t T, int64_t H) {
    if (T < LOOP_COUNTED_SIZE_T_MIN || T > LOOP_COUNTED_SIZE_T_MAX) return 6;
    if (H < LOOP_COUNTED_SIZE_H_MIN || H > LOOP_COUNTED_SIZE_H_MAX) return 6;
    if (!workspace || (uintptr_t)workspace % 64) return 1;
    for (int i = 0; i < LOOP_COUNTED_INPUT_COUNT; i++)
        if (!inputs[i]) return 2;
    for (int i = 0; i < LOOP_COUNTED_OUTPUT_COUNT; i++)
        if (!outputs[i]) return 2;
    return run(inputs, outputs, (char *)workspace, NULL, parallel, T, H);
}

size_t loop_counted_workspace_size(void) { return LOOP_COUNTED_WORKSPACE_SIZE; }

int loop_counted_run_with(const loop_counted_parallel *how, const void *const *inputs, void *const *outputs, void *workspace, int64_t T, int64_t H) {
    const parallel_for parallel = {how->parallel_for, how->pool, how->threads};
    return run_on_this_cpu(&parallel, inputs, outputs, workspace, T, H);
}

int loop_counted_run_pointers(const void *const *inputs, void *const *outputs, void *workspace, int64_t T, int64_t H) {
    return run_on_this_cpu(NULL, inputs, outputs, workspace, T, H);
}

int loop_counted_run(const loop_counted_inputs *in, const loop_counted_outputs *out, void *workspace, int64_t T, int64_t H) {
    const void *const inputs[] = {in->x};
    void *const outputs[] = {out->y, out->z};
    return loop_counted_run_pointers(inputs, outputs, workspace, T, H);
}

