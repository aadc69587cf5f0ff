#include "compiler/options.h"

#include <sched.h>
#include <stdlib.h>

int option_int(const char *arg, int min, int max, const struct argp_state *state) {
    char *end;
    long n = strtol(arg, &end, 10);
    if (end == arg || *end || n < min || n > max) argp_error(state, "'%s' is not from %d to %d", arg, min, max);
    return (int)n;
}

int option_last_core(void) {
    cpu_set_t set;
    int last = -1;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return -1;
    for (int i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET((size_t)i, &set)) last = i;
    return last;
}
