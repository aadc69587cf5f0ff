/* One compiled network in a process of its own, timed on request by bench.py; peer.py speaks the same way.
 *
 *     time_main IMAGE.raw OUTPUT.raw THREADS
 *
 * Writes OUTPUT.raw, prints "ready", and then answers each line "K" with the microseconds of K runs.
 * The emitted header is net.h, whose identifiers start with "net".
 * With -DTIME_THREADS the network was emitted with --threads.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "net.h"

_Static_assert(NET_INPUT_COUNT == 1 && NET_OUTPUT_COUNT == 1, "an image in, a vector out");

typedef struct network {
    float *image, *output;
    void *workspace;
#ifdef TIME_THREADS
    net_pool pool;
#endif
} network;

static void fail(const char *what) {
    fprintf(stderr, "time_main: %s\n", what);
    exit(1);
}

static void *allocate(size_t bytes) {
    void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64 + 64);
    if (!memory) fail("out of memory");
    return memory;
}

static void run(network *n) {
    const void *inputs[] = {n->image};
    void *outputs[] = {n->output};
#ifdef TIME_THREADS
    int status = net_run_parallel_pointers(&n->pool, inputs, outputs, n->workspace);
#else
    int status = net_run_pointers(inputs, outputs, n->workspace);
#endif
    if (status != 0) fail("the network reports an error");
}

static double microseconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void read_image(network *n, const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file || fread(n->image, sizeof(float), NET_INPUT_0_SIZE, file) != NET_INPUT_0_SIZE)
        fail("cannot read the image");
    fclose(file);
}

static void write_output(const network *n, const char *path) {
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(n->output, sizeof(float), NET_OUTPUT_0_SIZE, file) != NET_OUTPUT_0_SIZE ||
        fclose(file) != 0)
        fail("cannot write the output");
}

static void answer(network *n, int runs) {
    double *times = allocate((size_t)runs * sizeof *times);
    for (int i = 0; i < runs; i++) {
        double start = microseconds();
        run(n);
        times[i] = microseconds() - start;
    }
    for (int i = 0; i < runs; i++) printf("%.3f%c", times[i], i + 1 < runs ? ' ' : '\n');
    fflush(stdout);
    free(times);
}

int main(int argc, char **argv) {
    if (argc != 4) fail("usage: time_main IMAGE.raw OUTPUT.raw THREADS");
    network n = {.image = allocate(NET_INPUT_0_SIZE * sizeof(float)),
                 .output = allocate(NET_OUTPUT_0_SIZE * sizeof(float)),
                 .workspace = allocate(net_workspace_size())};
#ifdef TIME_THREADS
    if (net_pool_start(&n.pool, atoi(argv[3])) != 0) fail("cannot start the threads");
#endif
    read_image(&n, argv[1]);
    for (int i = 0; i < 2; i++) /* the second one shows whether a run spoils the next */
        run(&n);
    write_output(&n, argv[2]);
    printf("ready\n");
    fflush(stdout);
    int runs;
    while (scanf("%d", &runs) == 1 && runs > 0) answer(&n, runs);
#ifdef TIME_THREADS
    net_pool_stop(&n.pool);
#endif
    free(n.image), free(n.output), free(n.workspace);
    return 0;
}
