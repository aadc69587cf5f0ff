/* Runs the self-test of net.h and prints what it found, with no file and no argument, as on a bare machine. */
#include <stdio.h>

#include "net.h"

static _Alignas(64) unsigned char memory[NET_SELF_TEST_SIZE];
static const char *const names[] = {NET_LAYER_NAMES};

int main(void) {
    const int n = net_self_test(memory);
    if (n > 0)
        printf("differs: %s\n", names[n - 1]);
    else if (n == 0)
        printf("%d layers agree\n", NET_LAYER_COUNT);
    else
        printf("the run returned %d\n", -n);
    return n != 0;
}
