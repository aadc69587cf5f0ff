/* Runs the network on 400 images and holds the logits against those of ONNX Runtime: digits IMAGES.npy LOGITS.npy */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "digits_resnet.h"

enum { IMAGES = 400 };

static float images[IMAGES][DIGITS_RESNET_INPUT_0_SIZE], expected[IMAGES][DIGITS_RESNET_OUTPUT_0_SIZE];
static _Alignas(64) unsigned char workspace[DIGITS_RESNET_WORKSPACE_SIZE];

/* The array behind a header of 128 bytes. */
static void load(const char *path, void *to, size_t size) {
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 128, SEEK_SET) != 0 || fread(to, 1, size, f) != size || fgetc(f) != EOF) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(1);
    }
    fclose(f);
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    load(argv[1], images, sizeof images);
    load(argv[2], expected, sizeof expected);
    float worst = 0;
    for (int i = 0; i < IMAGES; i++) {
        float logits[DIGITS_RESNET_OUTPUT_0_SIZE];
        const digits_resnet_inputs in = {.image = images[i]};
        const digits_resnet_outputs out = {.logits = logits};
        if (digits_resnet_run(&in, &out, workspace) != 0) return 1;
        for (int j = 0; j < DIGITS_RESNET_OUTPUT_0_SIZE; j++) {
            float error = fabsf(logits[j] - expected[i][j]);
            if (!(error <= worst)) worst = error; /* a NaN stays */
        }
    }
    printf("largest difference %g\n", (double)worst);
    return worst < 1e-3f ? 0 : 1;
}
