/* The model whose prefix is net, as driver.c drives it. Compiled with -DTHREADS=n it uses the pool of a model emitted with
 * --threads; with -DPROFILE the timers of one emitted with --profile; with -DEMBEDDED, where weights are that were emitted with
 * --weights=embed. -DSIZES=", 224, 300" are the open sizes to run one at that has them, and then -DSIZED_BYTES={{…},{…}} the bytes of
 * its inputs and outputs. */
#include "net.h"

#include "driver.h"

#ifdef SIZED_BYTES
static const size_t sized[2][NET_INPUT_COUNT + NET_OUTPUT_COUNT + 1] = SIZED_BYTES;

static size_t bytes(int output, int i) { return sized[output][i]; }
#else
#define SIZES

static size_t bytes(int output, int i) { return output ? net_output_info[i].bytes : net_input_info[i].bytes; }
#endif

#ifdef THREADS
static net_pool pool;

static int start(void) { return net_pool_start(&pool, THREADS); }
static void stop(void) { net_pool_stop(&pool); }

static int run(const void *const *inputs, void *const *outputs, void *workspace) {
    return net_run_parallel_pointers(&pool, inputs, outputs, workspace SIZES);
}

#ifdef PROFILE
static int profiled(const void *const *inputs, void *const *outputs, void *workspace, double *seconds) {
    return net_run_parallel_profiled_pointers(&pool, inputs, outputs, workspace SIZES, seconds);
}
#endif
#else
static int run(const void *const *inputs, void *const *outputs, void *workspace) { return net_run_pointers(inputs, outputs, workspace SIZES); }

#ifdef PROFILE
static int profiled(const void *const *inputs, void *const *outputs, void *workspace, double *seconds) {
    return net_run_profiled_pointers(inputs, outputs, workspace SIZES, seconds);
}
#endif
#endif

#ifdef EMBEDDED
extern const unsigned char net_weights[];
#endif

const driver_model the_model = {
    .n_inputs = NET_INPUT_COUNT,
    .n_outputs = NET_OUTPUT_COUNT,
    .workspace = NET_WORKSPACE_SIZE,
    .bytes = bytes,
    .run = run,
#ifdef THREADS
    .start = start,
    .stop = stop,
#endif
#ifdef EMBEDDED
    .weights = net_weights,
    .weights_size = NET_WEIGHTS_SIZE,
#endif
#ifdef PROFILE
    .n_steps = NET_STEP_COUNT,
    .run_profiled = profiled,
#endif
};
