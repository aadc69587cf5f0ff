/* One program, batches of 2 to 5: the same as ONNX Runtime for each, nothing written behind the batch, or at all where the
 * size is out of bounds. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net.h"

enum { SAMPLES = 5, X = NET_INPUT_0_SIZE, SCALE = NET_INPUT_1_SIZE, Y = NET_OUTPUT_0_SIZE, Z = NET_OUTPUT_1_SIZE };

static _Alignas(64) char workspace[NET_WORKSPACE_SIZE];
static float x[SAMPLES * X], scale[SCALE], y[SAMPLES * Y], z[SAMPLES * Z];

static int load(const char *name, float *to, size_t n) {
    FILE *f = fopen(name, "rb");
    size_t got = f ? fread(to, sizeof *to, n, f) : 0;
    if (f) fclose(f);
    return got == n;
}

static int differs(const float *got, const float *want, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!(fabsf(got[i] - want[i]) <= 1e-4f)) return 1;
    return 0;
}

/* Arrays of just this many samples, so that AddressSanitizer sees one element more. */
static int check(size_t batch) {
    float *own_x = malloc(batch * X * sizeof *own_x), *own_y = calloc(batch * Y, sizeof *own_y), *own_z = calloc(batch * Z, sizeof *own_z);
    int wrong = !own_x || !own_y || !own_z;
    if (!wrong) {
        memcpy(own_x, x, batch * X * sizeof *own_x);
        const net_inputs in = {.x = own_x, .scale = scale};
        const net_outputs out = {.y = own_y, .z = own_z};
        wrong = net_run(&in, &out, workspace, (int64_t)batch) != 0 || differs(own_y, y, batch * Y) || differs(own_z, z, batch * Z);
    }
    free(own_x), free(own_y), free(own_z);
    if (wrong) printf("wrong: a batch of %zu\n", batch);
    return wrong;
}

static int refuses(int64_t batch) {
    static float untouched[2][SAMPLES * Z], zeros[SAMPLES * Z];
    const net_inputs in = {.x = x, .scale = scale};
    const net_outputs out = {.y = untouched[0], .z = untouched[1]};
    static char before[sizeof workspace];
    memcpy(before, workspace, sizeof before);
    int wrong = net_run(&in, &out, workspace, batch) != 6 || memcmp(before, workspace, sizeof before) != 0 ||
                memcmp(untouched[0], zeros, sizeof zeros) != 0 || memcmp(untouched[1], zeros, sizeof zeros) != 0;
    if (wrong) printf("not refused: a batch of %lld\n", (long long)batch);
    return wrong;
}

int main(void) {
    if (!load("x.bin", x, SAMPLES * X) || !load("scale.bin", scale, SCALE) || !load("y.bin", y, SAMPLES * Y) || !load("z.bin", z, SAMPLES * Z))
        return 1;
    int wrong = refuses(0) + refuses(1) + refuses(6) + refuses(-1) + refuses(INT64_MAX);
    for (size_t batch = NET_BATCH_MIN; batch <= NET_BATCH_MAX; batch++) wrong += check(batch);
    const net_inputs missing = {.x = x, .scale = NULL};
    const net_outputs out = {.y = y, .z = z};
    return wrong || net_run(&missing, &out, workspace, 2) != 2;
}
