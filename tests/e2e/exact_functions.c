/* Holds the functions of a file emitted with --bit-exact against those of this C library, over all sizes of finite numbers. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "net.h"

typedef double function(double);
static const struct {
    const char *name;
    function *of;
} functions[NET_OUTPUT_COUNT] = {{"sin", sin},   {"cos", cos},   {"tan", tan},     {"asin", asin},   {"acos", acos},  {"atan", atan},
                                 {"sinh", sinh}, {"cosh", cosh}, {"asinh", asinh}, {"acosh", acosh}, {"atanh", atanh}};
static NUMBER x[NET_INPUT_0_SIZE], y[NET_OUTPUT_COUNT][NET_INPUT_0_SIZE];
static _Alignas(64) unsigned char workspace[NET_WORKSPACE_SIZE];

/* Any bits, or, every other time, of a number near one. */
static void draw(unsigned long long *state, int near) {
    for (int i = 0; i < NET_INPUT_0_SIZE; i++) {
        *state = *state * 6364136223846793005u + 1442695040888963407u;
        unsigned long long bits = *state ^ *state >> 29;
        memcpy(&x[i], &bits, sizeof x[i]);
        if (!isfinite(x[i])) x[i] = 3;
        if (near) x[i] = (NUMBER)ldexp((double)(bits >> 11), -52 - (int)(bits % 7)) * (bits & 8 ? 1 : -1);
    }
}

/* Units in the last place that are allowed: the sizes of results differ, and both sides round. */
static int close(double got, double want, double units) {
    if (isnan(want) || isinf(want)) return isnan(want) ? isnan(got) : got == want;
    const NUMBER size = (NUMBER)fabs(want);
    return fabs(got - want) <= units * (sizeof(NUMBER) == 4 ? (double)nextafterf((float)size, INFINITY) - (double)size : nextafter(size, INFINITY) - size);
}

int main(void) {
    unsigned long long state = 1;
    void *outputs[NET_OUTPUT_COUNT];
    for (int k = 0; k < NET_OUTPUT_COUNT; k++) outputs[k] = y[k];
    for (int round = 0; round < 60; round++) {
        draw(&state, round % 2);
        if (net_run_pointers((const void *const[]){x}, outputs, workspace) != 0) return 1;
        for (int k = 0; k < NET_OUTPUT_COUNT; k++)
            for (int i = 0; i < NET_INPUT_0_SIZE; i++) {
                const double want = (double)(NUMBER)functions[k].of((double)x[i]);
                if (close((double)y[k][i], want, UNITS)) continue;
                printf("%s(%a) is %a, not %a\n", functions[k].name, (double)x[i], (double)y[k][i], want);
                return 1;
            }
    }
    return 0;
}
