/* Made by cnnc 0.1.0 from divided_towards_zero.onnx. It belongs to you, under any terms you like. */
#ifndef DIVIDED_TOWARDS_ZERO_H
#define DIVIDED_TOWARDS_ZERO_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DIVIDED_TOWARDS_ZERO_CNNC_VERSION "0.1.0"
#define DIVIDED_TOWARDS_ZERO_MODEL_HASH 0x4cc0c59c125c1e25u
#define DIVIDED_TOWARDS_ZERO_MACS 0
#define DIVIDED_TOWARDS_ZERO_WORKSPACE_SIZE 128 /* bytes */
#define DIVIDED_TOWARDS_ZERO_WEIGHTS_SIZE 0 /* bytes */

/* Open dimensions: functions that run the network take them as `N` and `H`. Out of
 * their bounds they return 6 and touch nothing. Types below name them; sizes in numbers are the largest. */
#define DIVIDED_TOWARDS_ZERO_SIZE_N_MIN 1
#define DIVIDED_TOWARDS_ZERO_SIZE_N_MAX 5
#define DIVIDED_TOWARDS_ZERO_SIZE_H_MIN 4
#define DIVIDED_TOWARDS_ZERO_SIZE_H_MAX 19
#define DIVIDED_TOWARDS_ZERO_INPUT_COUNT 1
#define DIVIDED_TOWARDS_ZERO_INPUT_0_SIZE 95 /* elements of x */
#define DIVIDED_TOWARDS_ZERO_OUTPUT_COUNT 1
#define DIVIDED_TOWARDS_ZERO_OUTPUT_0_SIZE 10 /* elements of y */

/* Row-major tensors. */
typedef struct divided_towards_zero_inputs {
    const float *x; /* f32[N,H] */
} divided_towards_zero_inputs;

typedef struct divided_towards_zero_outputs {
    float *y; /* f32[(+ (+ (max (/ (+ H -10) 2) 0) (min (* -1 (/ (* -1 (+ H -10)) 2)) 0)) 6)] */
} divided_towards_zero_outputs;

size_t divided_towards_zero_workspace_size(void); /* bytes, the same as the macro */

/* Computes all outputs from all inputs. workspace: DIVIDED_TOWARDS_ZERO_WORKSPACE_SIZE bytes, aligned to 64, contents of no meaning
 * before and after. Touches nothing else: calls with different workspaces may run at the same time. Returns
 *   0  success
 *   1  the workspace is missing or not aligned
 *   2  an input or output is missing
 *   6  such a size is not served
 */
int divided_towards_zero_run(const divided_towards_zero_inputs *in, const divided_towards_zero_outputs *out, void *workspace, int64_t N, int64_t H);
/* The same with pointers in the model's order. */
int divided_towards_zero_run_pointers(const void *const *inputs, void *const *outputs, void *workspace, int64_t N, int64_t H);

/* The same, with each kernel's iterations split over `threads` calls of body(task, 0 .. threads-1), which
 * parallel_for makes in any order, at the same time or not, and has finished when it returns. */
typedef struct divided_towards_zero_parallel {
    void (*parallel_for)(void *pool, int threads, void (*body)(void *task, int thread), void *task);
    void *pool;
    int threads;
} divided_towards_zero_parallel;

int divided_towards_zero_run_with(const divided_towards_zero_parallel *parallel, const void *const *inputs, void *const *outputs, void *workspace, int64_t N, int64_t H);

/* What the inputs and outputs are, in the model's order. */
typedef struct divided_towards_zero_tensor_info {
    const char *name; /* in the model */
    const char *type; /* f32, i64... */
    int rank;
    int64_t dims[16];
    size_t bytes;
} divided_towards_zero_tensor_info;

extern const divided_towards_zero_tensor_info divided_towards_zero_input_info[], divided_towards_zero_output_info[];

#ifdef __cplusplus
}
#endif

/* divided_towards_zero.c wants this very file. */
#define DIVIDED_TOWARDS_ZERO_HEADER_HASH 0x2d26afb89a3f1eb5u

#endif
