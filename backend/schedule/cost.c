#include "backend/schedule/schedule.h"

#include <math.h>

double cost_microseconds(const target *t, double cycles) { return cycles / (1000 * t->ghz); }

double cost_with_weights(const plan *p, const target *t, double cycles, double bytes) {
    if (!p->cold) return cycles;
    return cbrt(pow(cycles, 3) + pow(bytes / t->dram_bytes, 3));
}

int64_t cost_cached_weights(bool cold, const target *t) { return cold ? t->l1 : t->l2 / 2; }

double cost_passing(const target *t, double bytes) {
    const double l2_to_l3 = 2; /* bytes a cycle from the one to those from the other */
    return 2 * bytes / t->l3_bytes / (bytes < (double)t->l2 ? l2_to_l3 : 1);
}

double cost_streams(int64_t streams) { return streams > 4 ? 1.08 : 1; }

int schedule_threads(const plan *p) { return p->options.threads > 1 ? p->options.threads : 1; }

int cost_threads(const plan *p) { return p->options.bit_exact ? 1 : schedule_threads(p); }

double cost_idle(const plan *p, int64_t units) {
    const double threads = cost_threads(p);
    return units > 0 ? ceil((double)units / threads) * threads / (double)units : 1;
}

int64_t likely_size(dim d, double power) {
    if (dim_is_number(d)) return d.size;
    const double least = (double)(dim_least(d) > 0 ? dim_least(d) : 1);
    return (int64_t)(least * pow((double)d.size / least, power));
}
