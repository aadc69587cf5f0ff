#include "backend/schedule/schedule.h"

double cost_microseconds(const target *t, double cycles) { return cycles / (1000 * t->ghz); }

double cost_weights(const plan *p, const target *t, double bytes) { return p->cold ? bytes / t->dram_bytes : 0; }
