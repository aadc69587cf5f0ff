#include <stdio.h>

#include "digits_resnet.h"

static float image[DIGITS_RESNET_INPUT_0_SIZE], logits[DIGITS_RESNET_OUTPUT_0_SIZE];
static _Alignas(64) unsigned char workspace[DIGITS_RESNET_WORKSPACE_SIZE];
static _Alignas(64) unsigned char weights[DIGITS_RESNET_WEIGHTS_SIZE];

int main(void) {
    digits_resnet_inputs in = {.image = image};
    digits_resnet_outputs out = {.logits = logits};
    for (int i = 0; i < DIGITS_RESNET_INPUT_0_SIZE; i++) image[i] = (float)(i % 7) / 7;
#ifdef MODE_file
    FILE *f = fopen("digits_resnet.weights", "rb");
    if (!f || fread(weights, 1, sizeof weights, f) != sizeof weights) return 1;
    fclose(f);
    if (digits_resnet_run(&in, &out, workspace, weights) != 0) return 1;
#else
    (void)weights;
    if (digits_resnet_run(&in, &out, workspace) != 0) return 1;
#endif
    for (int i = 0; i < DIGITS_RESNET_OUTPUT_0_SIZE; i++) printf("%.9g\n", (double)logits[i]);
    return 0;
}
