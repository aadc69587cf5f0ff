/* One compiled network in a process of its own, timed on request by bench.py; peer.py speaks the same way.
 *
 *     time_main IMAGE.raw OUTPUT.raw THREADS [HEIGHT [WIDTH]]
 *
 * Writes OUTPUT.raw, prints "ready", and then answers each line "K" with the microseconds of K runs.
 * The emitted header is net.h, whose identifiers start with "net".
 * With -DTIME_THREADS the network was emitted with --threads, with -DTIME_OPEN with open sizes H and W of its image, with
 * -DTIME_SEQUENCE with an open length of its sequence (HEIGHT), which
 * are arguments then.
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
    int64_t height, width;
} network;

#ifdef TIME_OPEN
#define SIZES(n) , (n)->height, (n)->width
#define IMAGE_SIZE(n) ((size_t)(NET_INPUT_0_SIZE / (NET_SIZE_H_MAX * NET_SIZE_W_MAX) * (n)->height * (n)->width))
#elif defined TIME_SEQUENCE
#define SIZES(n) , (n)->height
#define IMAGE_SIZE(n) ((size_t)(NET_INPUT_0_SIZE / NET_SIZE_SEQUENCE_MAX * (n)->height))
#else
#define SIZES(n)
#define IMAGE_SIZE(n) NET_INPUT_0_SIZE
#endif

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
    int status = net_run_parallel_pointers(&n->pool, inputs, outputs, n->workspace SIZES(n));
#else
    int status = net_run_pointers(inputs, outputs, n->workspace SIZES(n));
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
    if (!file || fread(n->image, sizeof(float), IMAGE_SIZE(n), file) != IMAGE_SIZE(n))
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
    if (argc < 4 || argc > 6) fail("usage: time_main IMAGE.raw OUTPUT.raw THREADS [HEIGHT [WIDTH]]");
    network n = {.image = allocate(NET_INPUT_0_SIZE * sizeof(float)),
                 .output = allocate(NET_OUTPUT_0_SIZE * sizeof(float)),
                 .workspace = allocate(net_workspace_size())};
    if (argc > 4) n.height = atoi(argv[4]);
    if (argc > 5) n.width = atoi(argv[5]);
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
