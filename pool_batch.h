/* Made by cnnc 0.1.0 from pool_batch.onnx. It belongs to you, under any terms you like. */
#ifndef POOL_BATCH_H
#define POOL_BATCH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define POOL_BATCH_CNNC_VERSION "0.1.0"
#define POOL_BATCH_MODEL_HASH 0x2b7cb97fd5e16699u
#define POOL_BATCH_MACS 0
#define POOL_BATCH_WORKSPACE_SIZE 4224 /* bytes */
#define POOL_BATCH_WEIGHTS_SIZE 0 /* bytes */

/* Open dimensions: functions that run the network take them as `N`, `H` and `W`. Out of
 * their bounds they return 6 and touch nothing. Types below name them; sizes in numbers are the largest. */
#define POOL_BATCH_SIZE_N_MIN 1
#define POOL_BATCH_SIZE_N_MAX 5
#define POOL_BATCH_SIZE_H_MIN 4
#define POOL_BATCH_SIZE_H_MAX 19
#define POOL_BATCH_SIZE_W_MIN 3
#define POOL_BATCH_SIZE_W_MAX 11
#define POOL_BATCH_INPUT_COUNT 1
#define POOL_BATCH_INPUT_0_SIZE 1045 /* elements of x */
#define POOL_BATCH_OUTPUT_COUNT 2
#define POOL_BATCH_OUTPUT_0_SIZE 1045 /* elements of y */
#define POOL_BATCH_OUTPUT_1_SIZE 209 /* elements of z */

/* Row-major tensors. */
typedef struct pool_batch_inputs {
    const float *x; /* f32[N,H,W] */
} pool_batch_inputs;

typedef struct pool_batch_outputs {
    float *y; /* f32[N,1,H,W] */
    float *z; /* f32[1,1,H,W] */
} pool_batch_outputs;

size_t pool_batch_workspace_size(void); /* bytes, the same as the macro */

/* Computes all outputs from all inputs. workspace: POOL_BATCH_WORKSPACE_SIZE bytes, aligned to 64, contents of no meaning
 * before and after. Touches nothing else: calls with different workspaces may run at the same time. Returns
 *   0  success
 *   1  the workspace is missing or not aligned
 *   2  an input or output is missing
 *   6  such a size is not served
 */
int pool_batch_run(const pool_batch_inputs *in, const pool_batch_outputs *out, void *workspace, int64_t N, int64_t H, int64_t W);
/* The same with pointers in the model's order. */
int pool_batch_run_pointers(const void *const *inputs, void *const *outputs, void *workspace, int64_t N, int64_t H, int64_t W);

/* The same, with each kernel's iterations split over `threads` calls of body(task, 0 .. threads-1), which
 * parallel_for makes in any order, at the same time or not, and has finished when it returns. */
typedef struct pool_batch_parallel {
    void (*parallel_for)(void *pool, int threads, void (*body)(void *task, int thread), void *task);
    void *pool;
    int threads;
} pool_batch_parallel;

int pool_batch_run_with(const pool_batch_parallel *parallel, const void *const *inputs, void *const *outputs, void *workspace, int64_t N, int64_t H, int64_t W);

/* What the inputs and outputs are, in the model's order. */
typedef struct pool_batch_tensor_info {
    const char *name; /* in the model */
    const char *type; /* f32, i64... */
    int rank;
    int64_t dims[16];
    size_t bytes;
} pool_batch_tensor_info;

extern const pool_batch_tensor_info pool_batch_input_info[], pool_batch_output_info[];

#ifdef __cplusplus
}
#endif

/* pool_batch.c wants this very file. */
#define POOL_BATCH_HEADER_HASH 0xa8a9a28b08752cb2u

#endif
