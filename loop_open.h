/* Made by cnnc 0.1.0 from loop_open.onnx. It belongs to you, under any terms you like. */
#ifndef LOOP_OPEN_H
#define LOOP_OPEN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LOOP_OPEN_CNNC_VERSION "0.1.0"
#define LOOP_OPEN_MODEL_HASH 0xa9fdeb16b68cf0b0u
#define LOOP_OPEN_MACS 0
#define LOOP_OPEN_WORKSPACE_SIZE 576 /* bytes */
#define LOOP_OPEN_WEIGHTS_SIZE 64 /* bytes */

/* Open dimensions: functions that run the network take them as `T` and `H`. Out of
 * their bounds they return 6 and touch nothing. Types below name them; sizes in numbers are the largest. */
#define LOOP_OPEN_SIZE_T_MIN 1
#define LOOP_OPEN_SIZE_T_MAX 13
#define LOOP_OPEN_SIZE_H_MIN 4
#define LOOP_OPEN_SIZE_H_MAX 19
#define LOOP_OPEN_INPUT_COUNT 1
#define LOOP_OPEN_INPUT_0_SIZE 247 /* elements of x */
#define LOOP_OPEN_OUTPUT_COUNT 2
#define LOOP_OPEN_OUTPUT_0_SIZE 19 /* elements of y */
#define LOOP_OPEN_OUTPUT_1_SIZE 247 /* elements of z */

/* Row-major tensors. */
typedef struct loop_open_inputs {
    const float *x; /* f32[T,H] */
} loop_open_inputs;

typedef struct loop_open_outputs {
    float *y; /* f32[H] */
    float *z; /* f32[T,H] */
} loop_open_outputs;

size_t loop_open_workspace_size(void); /* bytes, the same as the macro */

/* Computes all outputs from all inputs. workspace: LOOP_OPEN_WORKSPACE_SIZE bytes, aligned to 64, contents of no meaning
 * before and after. Touches nothing else: calls with different workspaces may run at the same time. Returns
 *   0  success
 *   1  the workspace is missing or not aligned
 *   2  an input or output is missing
 *   6  such a size is not served
 */
int loop_open_run(const loop_open_inputs *in, const loop_open_outputs *out, void *workspace, int64_t T, int64_t H);
/* The same with pointers in the model's order. */
int loop_open_run_pointers(const void *const *inputs, void *const *outputs, void *workspace, int64_t T, int64_t H);

/* The same, with each kernel's iterations split over `threads` calls of body(task, 0 .. threads-1), which
 * parallel_for makes in any order, at the same time or not, and has finished when it returns. */
typedef struct loop_open_parallel {
    void (*parallel_for)(void *pool, int threads, void (*body)(void *task, int thread), void *task);
    void *pool;
    int threads;
} loop_open_parallel;

int loop_open_run_with(const loop_open_parallel *parallel, const void *const *inputs, void *const *outputs, void *workspace, int64_t T, int64_t H);

/* What the inputs and outputs are, in the model's order. */
typedef struct loop_open_tensor_info {
    const char *name; /* in the model */
    const char *type; /* f32, i64... */
    int rank;
    int64_t dims[16];
    size_t bytes;
} loop_open_tensor_info;

extern const loop_open_tensor_info loop_open_input_info[], loop_open_output_info[];

#ifdef __cplusplus
}
#endif

/* loop_open.c wants this very file. */
#define LOOP_OPEN_HEADER_HASH 0xd9b27691c8a0b00eu

#endif
