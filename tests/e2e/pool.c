#include <stdio.h>
#include <string.h>

#include "digits_resnet.h"

static float image[DIGITS_RESNET_INPUT_0_SIZE], alone[DIGITS_RESNET_OUTPUT_0_SIZE], together[DIGITS_RESNET_OUTPUT_0_SIZE];
static _Alignas(64) unsigned char workspace[DIGITS_RESNET_WORKSPACE_SIZE];

int main(void) {
    digits_resnet_inputs in = {.image = image};
    digits_resnet_outputs out = {.logits = alone};
    for (int i = 0; i < DIGITS_RESNET_INPUT_0_SIZE; i++) image[i] = (float)(i % 7) / 7;
    if (digits_resnet_run(&in, &out, workspace) != 0) return 1;
    out.logits = together;
    for (int threads = 1; threads <= 5; threads++) {
        digits_resnet_pool pool;
        if (digits_resnet_pool_start(&pool, threads) != 0) return 1;
        for (int run = 0; run < 20; run++) {
            memset(together, 0, sizeof together);
            if (digits_resnet_run_parallel(&pool, &in, &out, workspace) != 0) return 1;
            if (memcmp(alone, together, sizeof alone) != 0) {
                fprintf(stderr, "%d threads compute something else\n", threads);
                return 1;
            }
        }
        digits_resnet_pool_stop(&pool);
    }
    return 0;
}
