#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "digits_resnet.h"

enum { THREADS = 2, RUNS = 200 };

static float image[DIGITS_RESNET_INPUT_0_SIZE];
static _Alignas(64) unsigned char workspaces[THREADS][(DIGITS_RESNET_WORKSPACE_SIZE + 63) / 64 * 64];
static float logits[THREADS][DIGITS_RESNET_OUTPUT_0_SIZE];
static int failures[THREADS];

static void *work(void *argument) {
    int i = *(const int *)argument;
    for (int run = 0; run < RUNS; run++) {
        digits_resnet_inputs in = {.image = image};
        digits_resnet_outputs out = {.logits = logits[i]};
        failures[i] += digits_resnet_run(&in, &out, workspaces[i]) != 0;
    }
    return NULL;
}

int main(void) {
    pthread_t threads[THREADS];
    int numbers[THREADS];
    for (int i = 0; i < DIGITS_RESNET_INPUT_0_SIZE; i++) image[i] = (float)(i % 7) / 7;
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        if (pthread_create(&threads[i], NULL, work, &numbers[i]) != 0) return 1;
    }
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    if (failures[0] || failures[1]) return 1;
    if (logits[0][0] == 0 && logits[0][1] == 0) return 1;
    return memcmp(logits[0], logits[1], sizeof logits[0]) != 0;
}
