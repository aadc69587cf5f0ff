/* Under valgrind: runs net on inputs and weights of which nothing is known, so that memcheck complains of every branch and
 * address that depends on them. Exits with 1 where the results do not depend on them. */
#include <stdio.h>
#include <string.h>
#include <valgrind/memcheck.h>

#include "net.h"

enum { ROOM = 1 << 16, SEAL = 64 /* which ends the weights, and is looked at */ };
static _Alignas(64) unsigned char workspace[NET_WORKSPACE_SIZE], weights[NET_WEIGHTS_SIZE];
static _Alignas(64) float in_room[NET_INPUT_COUNT][ROOM], out_room[NET_OUTPUT_COUNT][ROOM];
static unsigned char known[ROOM];

int main(void) {
    const void *inputs[NET_INPUT_COUNT];
    void *outputs[NET_OUTPUT_COUNT];
    for (int i = 0; i < NET_INPUT_COUNT; i++) {
        inputs[i] = in_room[i];
        for (int k = 0; k < ROOM; k++) in_room[i][k] = (float)(k % 37) / 37;
        VALGRIND_MAKE_MEM_UNDEFINED(in_room[i], sizeof in_room[i]);
    }
    for (int i = 0; i < NET_OUTPUT_COUNT; i++) outputs[i] = out_room[i];
    FILE *f = fopen("net.weights", "rb");
    if (!f || fread(weights, sizeof weights, 1, f) != 1) return 2;
    fclose(f);
    VALGRIND_MAKE_MEM_UNDEFINED(weights, sizeof weights - SEAL);
    if (net_run_pointers(inputs, outputs, workspace, weights) != 0) return 2;
    for (int i = 0; i < NET_OUTPUT_COUNT; i++) {
        const size_t n = net_output_info[i].bytes < ROOM ? net_output_info[i].bytes : ROOM;
        if (VALGRIND_GET_VBITS(out_room[i], known, n) != 1) return 2; /* not under valgrind */
        for (size_t k = 0; k < n; k += sizeof(float))
            if (!memcmp(known + k, "\0\0\0", sizeof(float))) return 1;
    }
    return 0;
}
