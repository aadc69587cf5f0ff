/* Prints the bits of what net computes from inputs that are the same everywhere, on THREADS threads of a pool if that is
 * defined. */
#include <stdio.h>
#include <string.h>

#include "net.h"

enum { ROOM = 1 << 16 };
static _Alignas(64) unsigned char workspace[NET_WORKSPACE_SIZE];
static _Alignas(64) float in_room[NET_INPUT_COUNT][ROOM], out_room[NET_OUTPUT_COUNT][ROOM];

static int run(const void *const *inputs, void *const *outputs) {
#ifdef THREADS
    static net_pool pool;
    if (net_pool_start(&pool, THREADS) != 0) return 1;
    const int status = net_run_parallel_pointers(&pool, inputs, outputs, workspace);
    net_pool_stop(&pool);
    return status;
#else
    return net_run_pointers(inputs, outputs, workspace);
#endif
}

int main(void) {
    const void *inputs[NET_INPUT_COUNT];
    void *outputs[NET_OUTPUT_COUNT];
    unsigned seed = 7;
    for (int i = 0; i < NET_INPUT_COUNT; i++) {
        inputs[i] = in_room[i];
        if (net_input_info[i].bytes > sizeof in_room[i]) return 1;
        for (size_t k = 0; k < net_input_info[i].bytes / sizeof(float); k++) {
            seed = seed * 1664525u + 1013904223u;
            in_room[i][k] = (float)(seed >> 8) / (float)(1 << 23) - 0.5f;
        }
    }
    for (int i = 0; i < NET_OUTPUT_COUNT; i++) {
        outputs[i] = out_room[i];
        if (net_output_info[i].bytes > sizeof out_room[i]) return 1;
    }
    if (run(inputs, outputs) != 0) return 1;
    for (int i = 0; i < NET_OUTPUT_COUNT; i++) {
        const size_t size = strstr(net_output_info[i].type, "64") ? 8 : 4; /* of an element, whose bytes machines order differently */
        for (size_t k = 0; k < net_output_info[i].bytes / size; k++) {
            unsigned bits[1];
            unsigned long long wide[1];
            memcpy(size == 8 ? (void *)wide : (void *)bits, (const char *)out_room[i] + k * size, size);
            if (size == 8) printf("%016llx\n", *wide);
            else printf("%08x\n", *bits);
        }
    }
    return 0;
}
