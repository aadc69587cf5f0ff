/* Made by cnnc 0.1.0 from non_zero.onnx. It belongs to you, under any terms you like. */
#ifndef NON_ZERO_H
#define NON_ZERO_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NON_ZERO_CNNC_VERSION "0.1.0"
#define NON_ZERO_MODEL_HASH 0x4134ec7a36b9db46u
#define NON_ZERO_MACS 0
#define NON_ZERO_WORKSPACE_SIZE 1856 /* bytes */
#define NON_ZERO_WEIGHTS_SIZE 192 /* bytes */

/* Open dimensions: functions that run the network take them as `N` and `H`. Out of
 * their bounds they return 6 and touch nothing. Types below name them; sizes in numbers are the largest. */
#define NON_ZERO_SIZE_N_MIN 1
#define NON_ZERO_SIZE_N_MAX 5
#define NON_ZERO_SIZE_H_MIN 4
#define NON_ZERO_SIZE_H_MAX 19
#define NON_ZERO_INPUT_COUNT 1
#define NON_ZERO_INPUT_0_SIZE 95 /* elements of x */
#define NON_ZERO_OUTPUT_COUNT 4
#define NON_ZERO_OUTPUT_0_SIZE 190 /* elements of y */
#define NON_ZERO_OUTPUT_1_SIZE 2 /* elements of y_dims */
#define NON_ZERO_OUTPUT_2_SIZE 190 /* elements of z */
#define NON_ZERO_OUTPUT_3_SIZE 2 /* elements of z_dims */

/* Row-major tensors. */
typedef struct non_zero_inputs {
    const int64_t *x; /* i64[N,H] */
} non_zero_inputs;

typedef struct non_zero_outputs {
    int64_t *y; /* i64[2,(* N H)] */
    int64_t *y_dims; /* i64[2] */
    int64_t *z; /* i64[(* N H),2] */
    int64_t *z_dims; /* i64[2] */
} non_zero_outputs;

size_t non_zero_workspace_size(void); /* bytes, the same as the macro */

/* Computes all outputs from all inputs. workspace: NON_ZERO_WORKSPACE_SIZE bytes, aligned to 64, contents of no meaning
 * before and after. Touches nothing else: calls with different workspaces may run at the same time. Returns
 *   0  success
 *   1  the workspace is missing or not aligned
 *   2  an input or output is missing
 *   5  a string is too long or no number, a map has too many entries, or a size that data decide is not the model's, or beyond its room
 *   6  such a size is not served
 */
int non_zero_run(const non_zero_inputs *in, const non_zero_outputs *out, void *workspace, int64_t N, int64_t H);
/* The same with pointers in the model's order. */
int non_zero_run_pointers(const void *const *inputs, void *const *outputs, void *workspace, int64_t N, int64_t H);

/* The same, with each kernel's iterations split over `threads` calls of body(task, 0 .. threads-1), which
 * parallel_for makes in any order, at the same time or not, and has finished when it returns. */
typedef struct non_zero_parallel {
    void (*parallel_for)(void *pool, int threads, void (*body)(void *task, int thread), void *task);
    void *pool;
    int threads;
} non_zero_parallel;

int non_zero_run_with(const non_zero_parallel *parallel, const void *const *inputs, void *const *outputs, void *workspace, int64_t N, int64_t H);

/* What the inputs and outputs are, in the model's order. */
typedef struct non_zero_tensor_info {
    const char *name; /* in the model */
    const char *type; /* f32, i64... */
    int rank;
    int64_t dims[16];
    size_t bytes;
} non_zero_tensor_info;

extern const non_zero_tensor_info non_zero_input_info[], non_zero_output_info[];

#ifdef __cplusplus
}
#endif

/* non_zero.c wants this very file. */
#define NON_ZERO_HEADER_HASH 0xea7f088033578428u

#endif
