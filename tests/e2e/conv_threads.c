/* conv_threads N...: the network computes the same bits whole, in N parts one after the other, last part first, and on
 * N threads. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net.h"

static const void *inputs[NET_INPUT_COUNT];
static void *whole[NET_OUTPUT_COUNT], *parted[NET_OUTPUT_COUNT];
static _Alignas(64) unsigned char workspace[NET_WORKSPACE_SIZE];

static void *allocate(size_t bytes) {
    void *p = calloc(1, bytes);
    if (!p) abort();
    return p;
}

static void backwards(void *pool, int threads, void (*body)(void *task, int thread), void *task) {
    (void)pool;
    for (int i = threads; i-- > 0;) body(task, i);
}

typedef struct part {
    void (*body)(void *task, int thread);
    void *task;
    int thread;
} part;

static void *run_part(void *argument) {
    part *p = argument;
    p->body(p->task, p->thread);
    return NULL;
}

static void own_threads(void *pool, int threads, void (*body)(void *task, int thread), void *task) {
    (void)pool;
    pthread_t ids[64];
    part parts[64];
    for (int i = 0; i < threads; i++) {
        parts[i] = (part){body, task, i};
        if (pthread_create(&ids[i], NULL, run_part, &parts[i])) abort();
    }
    for (int i = 0; i < threads; i++) pthread_join(ids[i], NULL);
}

static int check(int status, const char *how, int threads) {
    for (int k = 0; k < NET_OUTPUT_COUNT && !status; k++)
        if (memcmp(whole[k], parted[k], net_output_info[k].bytes)) {
            fprintf(stderr, "%s %d: output %d (%s) differs\n", how, threads, k, net_output_info[k].name);
            status = 1;
        }
    for (int k = 0; k < NET_OUTPUT_COUNT; k++) memset(parted[k], 0xff, net_output_info[k].bytes);
    memset(workspace, 0xff, sizeof workspace); /* NaN */
    return status;
}

static int run_parted(int threads) {
    net_parallel parallel = {.parallel_for = backwards, .threads = threads};
    int status = check(net_run_with(&parallel, inputs, parted, workspace), "parts one by one:", threads);
    parallel.parallel_for = own_threads;
    status |= check(net_run_with(&parallel, inputs, parted, workspace), "threads of our own:", threads);
    net_pool pool;
    if (net_pool_start(&pool, threads)) return 1;
    status |= check(net_run_parallel_pointers(&pool, inputs, parted, workspace), "the pool:", threads);
    net_pool_stop(&pool);
    return status;
}

int main(int argc, char **argv) {
    unsigned seed = 1;
    for (int k = 0; k < NET_INPUT_COUNT; k++) {
        float *x = allocate(net_input_info[k].bytes);
        for (size_t i = 0; i < net_input_info[k].bytes / sizeof *x; i++) x[i] = (float)((seed = seed * 1664525 + 1013904223) >> 8) / 8388608 - 1;
        inputs[k] = x;
    }
    for (int k = 0; k < NET_OUTPUT_COUNT; k++) {
        whole[k] = allocate(net_output_info[k].bytes);
        parted[k] = allocate(net_output_info[k].bytes);
    }
    memset(workspace, 0xff, sizeof workspace);
    int status = net_run_pointers(inputs, whole, workspace);
    for (int i = 1; i < argc; i++) status |= run_parted(atoi(argv[i]));
    return status;
}
