/* Made by cnnc 0.1.0 from constant_of_shape.onnx. It belongs to you, under any terms you like. */
#ifndef CONSTANT_OF_SHAPE_H
#define CONSTANT_OF_SHAPE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CONSTANT_OF_SHAPE_CNNC_VERSION "0.1.0"
#define CONSTANT_OF_SHAPE_MODEL_HASH 0x343c35be78ee21f9u
#define CONSTANT_OF_SHAPE_MACS 0
#define CONSTANT_OF_SHAPE_WORKSPACE_SIZE 448 /* bytes */
#define CONSTANT_OF_SHAPE_WEIGHTS_SIZE 0 /* bytes */

/* Open dimensions: functions that run the network take them as `N` and `H`. Out of
 * their bounds they return 6 and touch nothing. Types below name them; sizes in numbers are the largest. */
#define CONSTANT_OF_SHAPE_SIZE_N_MIN 1
#define CONSTANT_OF_SHAPE_SIZE_N_MAX 5
#define CONSTANT_OF_SHAPE_SIZE_H_MIN 4
#define CONSTANT_OF_SHAPE_SIZE_H_MAX 19
#define CONSTANT_OF_SHAPE_INPUT_COUNT 1
#define CONSTANT_OF_SHAPE_INPUT_0_SIZE 95 /* elements of x */
#define CONSTANT_OF_SHAPE_OUTPUT_COUNT 1
#define CONSTANT_OF_SHAPE_OUTPUT_0_SIZE 95 /* elements of y */

/* Row-major tensors. */
typedef struct constant_of_shape_inputs {
    const float *x; /* f32[N,H] */
} constant_of_shape_inputs;

typedef struct constant_of_shape_outputs {
    float *y; /* f32[N,H] */
} constant_of_shape_outputs;

size_t constant_of_shape_workspace_size(void); /* bytes, the same as the macro */

/* Computes all outputs from all inputs. workspace: CONSTANT_OF_SHAPE_WORKSPACE_SIZE bytes, aligned to 64, contents of no meaning
 * before and after. Touches nothing else: calls with different workspaces may run at the same time. Returns
 *   0  success
 *   1  the workspace is missing or not aligned
 *   2  an input or output is missing
 *   6  such a size is not served
 */
int constant_of_shape_run(const constant_of_shape_inputs *in, const constant_of_shape_outputs *out, void *workspace, int64_t N, int64_t H);
/* The same with pointers in the model's order. */
int constant_of_shape_run_pointers(const void *const *inputs, void *const *outputs, void *workspace, int64_t N, int64_t H);

/* The same, with each kernel's iterations split over `threads` calls of body(task, 0 .. threads-1), which
 * parallel_for makes in any order, at the same time or not, and has finished when it returns. */
typedef struct constant_of_shape_parallel {
    void (*parallel_for)(void *pool, int threads, void (*body)(void *task, int thread), void *task);
    void *pool;
    int threads;
} constant_of_shape_parallel;

int constant_of_shape_run_with(const constant_of_shape_parallel *parallel, const void *const *inputs, void *const *outputs, void *workspace, int64_t N, int64_t H);

/* What the inputs and outputs are, in the model's order. */
typedef struct constant_of_shape_tensor_info {
    const char *name; /* in the model */
    const char *type; /* f32, i64... */
    int rank;
    int64_t dims[16];
    size_t bytes;
} constant_of_shape_tensor_info;

extern const constant_of_shape_tensor_info constant_of_shape_input_info[], constant_of_shape_output_info[];

#ifdef __cplusplus
}
#endif

/* constant_of_shape.c wants this very file. */
#define CONSTANT_OF_SHAPE_HEADER_HASH 0x3e24c3df969436f0u

#endif
