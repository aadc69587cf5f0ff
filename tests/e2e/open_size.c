/* One program, images of several sizes: the same as ONNX Runtime for each, nothing written behind the outputs, or at all where
 * a size is out of bounds. With -DBATCH for two images at a time. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net.h"

#ifdef BATCH
#define IMAGES 2
#define RUN(in, out, h, w) net_run(in, out, workspace, IMAGES, h, w)
#else
#define IMAGES 1
#define RUN(in, out, h, w) net_run(in, out, workspace, h, w)
#endif

static _Alignas(64) char workspace[NET_WORKSPACE_SIZE];

static float *load(char name, int h, int w, size_t n) {
    char path[64];
    snprintf(path, sizeof path, "%c_%d_%d.bin", name, h, w);
    float *data = malloc(n * sizeof *data);
    FILE *f = fopen(path, "rb");
    size_t got = f && data ? fread(data, sizeof *data, n, f) : 0;
    if (f) fclose(f);
    if (got == n) return data;
    printf("cannot read %s\n", path);
    exit(1);
}

static int differs(const float *got, const float *want, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!(fabsf(got[i] - want[i]) <= 1e-4f)) return 1;
    return 0;
}

static size_t third(int size) { return (size_t)((((size - 1) / 2 + 1) - 1) / 2 + 1 - 1) / 2 + 1; } /* after three strides of 2 */

/* Arrays of just this many elements, so that AddressSanitizer sees one more. */
static int check(int h, int w) {
    const size_t n_y = IMAGES * 10, n_z = IMAGES * 16 * third(h) * third(w);
    float *x = load('x', h, w, IMAGES * 3 * (size_t)h * (size_t)w), *y = load('y', h, w, n_y), *z = load('z', h, w, n_z);
    float *own_y = calloc(n_y, sizeof *own_y), *own_z = calloc(n_z, sizeof *own_z);
    const net_inputs in = {.x = x};
    const net_outputs out = {.y = own_y, .z = own_z};
    memset(workspace, 0xff, sizeof workspace); /* NaN: what is read must have been written */
    int wrong = !own_y || !own_z || RUN(&in, &out, h, w) != 0 || differs(own_y, y, n_y) || differs(own_z, z, n_z);
    if (wrong) printf("wrong: %dx%d\n", h, w);
    free(x), free(y), free(z), free(own_y), free(own_z);
    return wrong;
}

static int refuses(int64_t h, int64_t w) {
    static float x[1], y[1], z[1];
    static char before[sizeof workspace];
    const net_inputs in = {.x = x};
    const net_outputs out = {.y = y, .z = z};
    memcpy(before, workspace, sizeof before);
    int wrong = RUN(&in, &out, h, w) != 6 || memcmp(before, workspace, sizeof before) != 0 || y[0] != 0 || z[0] != 0;
    if (wrong) printf("not refused: %lldx%lld\n", (long long)h, (long long)w);
    return wrong;
}

int main(void) {
    int wrong = refuses(NET_SIZE_H_MIN - 1, 20) + refuses(20, NET_SIZE_W_MAX + 1) + refuses(-1, 20) + refuses(20, INT64_MAX);
    return wrong + check(64, 64) + check(37, 51) + check(16, 100) + check(100, 99) + check(8, 8) + check(64, 64);
}
