/* Reads 400 digits with no file and no argument, as on a bare machine: digits.h has the images and ONNX Runtime's logits. */
#include <math.h>
#include <stdio.h>

#include "digits.h"
#include "net.h"

static float logits[NET_OUTPUT_0_SIZE];
static _Alignas(64) unsigned char workspace[NET_WORKSPACE_SIZE];

static int largest(const float *x) {
    int best = 0;
    for (int i = 1; i < NET_OUTPUT_0_SIZE; i++)
        if (x[i] > x[best]) best = i;
    return best;
}

int main(void) {
    const int n = (int)(sizeof images / sizeof *images) / NET_INPUT_0_SIZE;
    int same = 0;
    float worst = 0;
    for (int i = 0; i < n; i++) {
        const net_inputs in = {.image = images + i * NET_INPUT_0_SIZE};
        const net_outputs out = {.logits = logits};
        const float *want = expected + i * NET_OUTPUT_0_SIZE;
        if (net_run(&in, &out, workspace) != 0) return 1;
        for (int k = 0; k < NET_OUTPUT_0_SIZE; k++) {
            const float error = fabsf(logits[k] - want[k]);
            if (!(error <= worst)) worst = error; /* a NaN stays */
        }
        same += largest(logits) == largest(want);
    }
    printf("%d of %d digits as ONNX Runtime reads them, %s\n", same, n, worst < 1e-3f ? "logits too" : "but other logits");
    return same != n || !(worst < 1e-3f);
}
