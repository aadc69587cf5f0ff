/* Reads 400 handwritten digits with a network that cnnc turned into digits_resnet.c:
 *
 *   cnnc tests/data/digits/digits_resnet.onnx -o digits_resnet.c
 *   cc -O2 -I. tests/demo/digits.c digits_resnet.c -lm -o digits
 *   ./digits tests/data/digits
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "digits_resnet.h"

enum { IMAGES = 400, PIXELS = 64, CLASSES = 10 };

static _Alignas(64) unsigned char workspace[DIGITS_RESNET_WORKSPACE_SIZE];
static float images[IMAGES][PIXELS];
static int64_t labels[IMAGES];

/* The array behind a .npy file's header, whose length is in its bytes 8 and 9. */
static void load(const char *folder, const char *name, void *to, size_t size) {
    char path[4096];
    unsigned char start[10];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "rb");
    if (!f || fread(start, 1, 10, f) != 10 || fseek(f, 10 + start[8] + 256 * start[9], SEEK_SET) != 0 ||
        fread(to, 1, size, f) != size) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(1);
    }
    fclose(f);
}

static int classify(const float *image) {
    float logits[CLASSES];
    digits_resnet_inputs in = {.image = image};
    digits_resnet_outputs out = {.logits = logits};
    if (digits_resnet_run(&in, &out, workspace) != 0) {
        fprintf(stderr, "the network did not run\n");
        exit(1);
    }
    int best = 0;
    for (int i = 1; i < CLASSES; i++)
        if (logits[i] > logits[best]) best = i;
    return best;
}

static void show_progress(int done) {
    static const char bar[] = "########################################";
    if (isatty(STDERR_FILENO)) fprintf(stderr, "\r[%-40.*s] %d/%d", done * 40 / IMAGES, bar, done, IMAGES);
}

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv) {
    const char *folder = argc > 1 ? argv[1] : "tests/data/digits";
    load(folder, "test_images.npy", images, sizeof images);
    load(folder, "test_labels.npy", labels, sizeof labels);
    int right = 0;
    double spent = 0;
    for (int i = 0; i < IMAGES; i++) {
        double start = seconds();
        int digit = classify(images[i]);
        spent += seconds() - start;
        right += digit == labels[i];
        show_progress(i + 1);
    }
    if (isatty(STDERR_FILENO)) fputs("\r\033[K", stderr);
    printf("%d of %d digits right (%.2f %%), %.1f microseconds an image\n", right, IMAGES, 100.0 * right / IMAGES,
           1e6 * spent / IMAGES);
    return 0;
}
